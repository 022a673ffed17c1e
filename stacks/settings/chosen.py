"""What of the settings is not their default: kept in the deployed stack, to be compared with."""

from collections.abc import Mapping
from typing import Any

import msgspec

from stacks.settings.context import parse_settings
from stacks.settings.fields import PipelineSettings

METADATA_KEY = "Settings"
"""The key of the template's metadata that has them."""


def chosen_settings(settings: PipelineSettings, environment: str | None) -> dict[str, Any]:
    """Return the settings that differ from their defaults, each as JSON has it, by name.

    Hyperparameters are ``hyperparameters.<name>``.
    """
    defaults = _flat(parse_settings(environment=environment))
    return {
        name: value
        for name, value in _flat(settings).items()
        if name not in defaults or value != defaults[name]
    }


def forgotten(deployed: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Return the deployed settings, other than a default, that now would be one again."""
    return {name: value for name, value in deployed.items() if name not in now}


def _flat(settings: PipelineSettings) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(settings))
    hyperparameters = values.pop("hyperparameters")
    return values | {f"hyperparameters.{name}": hyperparameters[name] for name in hyperparameters}
