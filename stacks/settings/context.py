"""Finds the settings in the CDK's context: the ``pipeline`` object of cdk.json, and ``-c``."""

import contextlib
import difflib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, get_type_hints

from stacks.settings.cross_checks import refuse_contradictions
from stacks.settings.environments import (
    ENVIRONMENTS_KEY,
    STACK_KEY,
    chosen_environment,
    default_job_prefix,
    environments,
    refuse_shared_manifests,
)
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

OURS = (CONTEXT_KEY, ENVIRONMENTS_KEY, STACK_KEY)

OF_THE_CLI = ("acknowledged-issue-numbers", "cli-telemetry")
"""Keys of the CDK CLI; all its others, and the library's, have a ``:``."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Settings given in one place; what a later layer gives wins over an earlier one."""

    path: str
    """What an error calls the place."""
    given: Mapping[str, Any]
    """Settings by name; ``hyperparameters.<name>`` is a name, too."""
    is_text: bool = False
    """Whether values may be text that stands for another type, as on the command line."""


def settings_from_context(context: Mapping[str, Any]) -> PipelineSettings:
    """Return the settings of the pipeline that is to be deployed.

    They are those of the ``pipeline`` object, then those that ``environments`` has for the
    environment that ``stack`` names, then ``pipeline.<key>`` overrides. The object may be JSON
    text, as ``-c pipeline='{…}'`` gives it; it then stands in for cdk.json's. Raises
    ``SettingRefused``, also for a key that is neither a setting nor the CDK's.
    """
    _refuse_strays(context)
    environment, own = chosen_environment(context), environments(context)
    common = Layer(CONTEXT_KEY, _common(context))
    pipelines: dict[str | None, PipelineSettings] = {
        None: parse_settings(common),
        **{name: parse_settings(common, _layer(name, own), environment=name) for name in own},
    }
    settings = parse_settings(
        common, _layer(environment, own), _overrides(context), environment=environment
    )
    refuse_contradictions(settings)
    refuse_shared_manifests(environment, settings, pipelines)
    return settings


def parse_settings(*layers: Layer, environment: str | None = None) -> PipelineSettings:
    """Return the settings that these layers describe, one over the other.

    Hyperparameters that are named replace the default of that name and leave the others.
    Raises ``SettingRefused``, in one line, at the first setting that cannot be used.
    """
    hyperparameters: dict[str, str] = {}
    values: dict[str, Any] = {}
    if environment:
        values["training_job_prefix"] = default_job_prefix(environment)
    for layer in layers:
        for name, value in layer.given.items():
            top, _, hyperparameter = name.partition(".")
            if top == "hyperparameters":
                named = {hyperparameter: value} if hyperparameter else value
                hyperparameters |= parse_hyperparameters(f"{layer.path}.{top}", named)
            else:
                values[name] = _parsed(layer, name, value)
    return PipelineSettings(hyperparameters=DEFAULT_HYPERPARAMETERS | hyperparameters, **values)


def _parsed(layer: Layer, name: str, value: Any) -> Any:
    path = f"{layer.path}.{name}"
    if name in ALLOWED:
        raise SettingRefused(
            f"{path} = {shown(value)}: must be a key of {layer.path}.hyperparameters"
        )
    if name not in NAMES:
        raise unknown_key(path, value, name, NAMES)
    typed = from_text(value, TYPES[name]) if layer.is_text and isinstance(value, str) else value
    return parse_value(path, typed, TYPES[name])


def _common(context: Mapping[str, Any]) -> Mapping[str, Any]:
    given = context.get(CONTEXT_KEY, {})
    if isinstance(given, str):
        with contextlib.suppress(ValueError):
            given = json.loads(given)
    if not isinstance(given, Mapping):
        raise SettingRefused(f"{CONTEXT_KEY} = {shown(given)}: must be a JSON object of settings")
    return given


def _layer(environment: str | None, own: Mapping[str, Mapping[str, Any]]) -> Layer:
    return Layer(f"{ENVIRONMENTS_KEY}.{environment}", own.get(environment or "", {}))


def _overrides(context: Mapping[str, Any]) -> Layer:
    start = f"{CONTEXT_KEY}."
    given = {key.removeprefix(start): context[key] for key in context if key.startswith(start)}
    return Layer(CONTEXT_KEY, given, is_text=True)


def _refuse_strays(context: Mapping[str, Any]) -> None:
    """Raise ``SettingRefused`` for a key that nobody reads: most likely a setting, misspelled."""
    for key, value in context.items():
        ours = key in OURS or key.startswith(f"{CONTEXT_KEY}.")
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
