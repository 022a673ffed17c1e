"""Finds the settings in the CDK's context: the ``pipeline`` object of cdk.json, and ``-c``."""

import contextlib
import difflib
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_type_hints

from stacks.settings.cross_checks import refuse_contradictions
from stacks.settings.fields import PipelineSettings
from stacks.settings.hyperparameter_fields import (
    ALLOWED,
    DEFAULT_HYPERPARAMETERS,
    parse_hyperparameters,
)
from stacks.settings.parsing import (
    CONTEXT_KEY,
    SettingRefused,
    from_text,
    parse_value,
    shown,
    unknown_key,
)

TYPES: Mapping[str, Any] = get_type_hints(PipelineSettings, include_extras=True)
NAMES = tuple(each.name for each in fields(PipelineSettings))

OF_THE_CLI = ("acknowledged-issue-numbers", "cli-telemetry")
"""Keys of the CDK CLI; all its others, and the library's, have a ``:``."""


def settings_from_context(context: Mapping[str, Any]) -> PipelineSettings:
    """Return the settings of the ``pipeline`` object and its ``pipeline.<key>`` overrides.

    The object may be JSON text, as ``-c pipeline='{…}'`` gives it; it then stands in for
    cdk.json's. Raises ``SettingRefused``, also for a key that is neither a setting nor the CDK's.
    """
    _refuse_strays(context)
    given = context.get(CONTEXT_KEY, {})
    if isinstance(given, str):
        with contextlib.suppress(ValueError):
            given = json.loads(given)
    if not isinstance(given, Mapping):
        raise SettingRefused(f"{CONTEXT_KEY} = {shown(given)}: must be a JSON object of settings")
    start = f"{CONTEXT_KEY}."
    overrides = {
        key.removeprefix(start): value for key, value in context.items() if key.startswith(start)
    }
    settings = parse_settings(given, overrides)
    refuse_contradictions(settings)
    return settings


def parse_settings(
    given: Mapping[str, Any], overrides: Mapping[str, Any] | None = None
) -> PipelineSettings:
    """Return the settings that the ``pipeline`` object of the context and its overrides describe.

    ``given`` is the JSON object. ``overrides`` holds what ``-c pipeline.<key>=<value>`` says:
    text, converted to the key's type; ``hyperparameters.<name>`` is a key, too. Hyperparameters
    that are named replace the default of that name and leave the others.
    Raises ``SettingRefused``, in one line, at the first setting that cannot be used.
    """
    hyperparameters: dict[str, str] = {}
    values: dict[str, Any] = {}
    for name, value in [*given.items(), *(overrides or {}).items()]:
        path = f"{CONTEXT_KEY}.{name}"
        top, _, hyperparameter = name.partition(".")
        if top == "hyperparameters":
            named = {hyperparameter: value} if hyperparameter else value
            hyperparameters |= parse_hyperparameters(f"{CONTEXT_KEY}.{top}", named)
        elif name in ALLOWED:
            raise SettingRefused(
                f"{path} = {shown(value)}: must be a key of {CONTEXT_KEY}.hyperparameters"
            )
        elif name not in NAMES:
            raise unknown_key(path, value, name, NAMES)
        else:
            text = isinstance(value, str) and name in (overrides or {})
            typed = from_text(value, TYPES[name]) if text else value
            values[name] = parse_value(path, typed, TYPES[name])
    return PipelineSettings(hyperparameters=DEFAULT_HYPERPARAMETERS | hyperparameters, **values)


def _refuse_strays(context: Mapping[str, Any]) -> None:
    """Raise ``SettingRefused`` for a key that nobody reads: most likely a setting, misspelled."""
    for key, value in context.items():
        ours = key == CONTEXT_KEY or key.startswith(f"{CONTEXT_KEY}.")
        if ours or key in OF_THE_CLI or ":" in key:
            continue
        raise SettingRefused(
            f"{key} = {shown(value)}: unknown key;{_hint(key)} settings are {CONTEXT_KEY}.<setting>"
        )


def _hint(key: str) -> str:
    """Return the setting whose own name is nearest to that of the key, as a question."""
    known = [
        *(f"{CONTEXT_KEY}.{name}" for name in NAMES),
        *(f"{CONTEXT_KEY}.hyperparameters.{name}" for name in ALLOWED),
    ]
    by_name = {each.rpartition(".")[2]: each for each in known}
    near = difflib.get_close_matches(key.rpartition(".")[2], by_name, n=1)
    return f" did you mean {by_name[near[0]]}?" if near else ""
