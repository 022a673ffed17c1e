"""Finds the pipeline's settings in the CDK's context: cdk.json's, and what ``-c`` says."""

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from stacks.combinations import refuse_half_a_vpc
from stacks.config import PipelineConfig, parse_config
from stacks.parsing import CONTEXT_KEY, ConfigError, shown
from stacks.patience import refuse_endless_history


def config_from_context(context: Mapping[str, Any]) -> PipelineConfig:
    """Return the config of the ``pipeline`` object and its ``pipeline.<key>`` overrides.

    The object may be JSON text, as ``-c pipeline='{…}'`` gives it; it then stands in for
    cdk.json's. Raises ``ConfigError``.
    """
    settings = context.get(CONTEXT_KEY, {})
    if isinstance(settings, str):
        with contextlib.suppress(ValueError):
            settings = json.loads(settings)
    if not isinstance(settings, Mapping):
        raise ConfigError(f"{CONTEXT_KEY} = {shown(settings)}: must be a JSON object of settings")
    start = f"{CONTEXT_KEY}."
    overrides = {
        key.removeprefix(start): value for key, value in context.items() if key.startswith(start)
    }
    config = parse_config(settings, overrides)
    refuse_endless_history(config)
    refuse_half_a_vpc(config)
    return config
