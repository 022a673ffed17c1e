"""More than one pipeline in an account: an environment is a stack with settings of its own."""

import difflib
import re
from collections.abc import Mapping
from typing import Any

from stacks.settings.fields import PipelineSettings
from stacks.settings.parsing import CONTEXT_KEY, SettingRefused, shown

STACK_NAME = "GroundTruthTraining"
"""The stack of the pipeline that is deployed without naming an environment."""

STACK_KEY = "stack"
"""The key of the context, ``-c stack=staging``, that names the environment to deploy."""

ENVIRONMENTS_KEY = "environments"
"""The key of cdk.json's context with the settings of each environment, over the common ones."""

NAME = re.compile(r"[a-z][a-z0-9]{0,10}")
"""Short enough for a prefix of training jobs."""


def stack_name(environment: str | None) -> str:
    """Return the name of an environment's stack."""
    return f"{STACK_NAME}-{environment}" if environment else STACK_NAME


def stack_called(name: str | None) -> str:
    """Return the stack that a person means: an environment's, the default, or one of that name."""
    return stack_name(name) if name is None or NAME.fullmatch(name) else name


def environment_of(stack: str | None) -> str | None:
    """Return the environment that a person means who names it, or its stack."""
    if stack is None or stack == STACK_NAME:
        return None
    return stack.removeprefix(f"{STACK_NAME}-")


def environments(context: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return the settings of each environment of cdk.json; raises ``SettingRefused``."""
    found = context.get(ENVIRONMENTS_KEY, {})
    if not isinstance(found, Mapping):
        raise SettingRefused(
            f"{ENVIRONMENTS_KEY} = {shown(found)}: must be an object of names and their settings"
        )
    for name, given in found.items():
        _refuse_unusable(f"{ENVIRONMENTS_KEY}.{name}", name)
        if not isinstance(given, Mapping):
            raise SettingRefused(
                f"{ENVIRONMENTS_KEY}.{name} = {shown(given)}: must be a JSON object of settings"
            )
    return found


def chosen_environment(context: Mapping[str, Any]) -> str | None:
    """Return the environment to deploy; None for the pipeline that has no name of its own.

    Raises ``SettingRefused`` for one that cdk.json does not have, where it has some.
    """
    name, known = context.get(STACK_KEY), sorted(environments(context))
    if name is None:
        return None
    if known and name not in known:
        near = difflib.get_close_matches(str(name), known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise SettingRefused(
            f"{STACK_KEY} = {shown(name)}: no such environment; {hint}{ENVIRONMENTS_KEY} has"
            f" {', '.join(known)}"
        )
    _refuse_unusable(STACK_KEY, name)
    return str(name)


def default_job_prefix(environment: str) -> str:
    """Return how the training jobs of an environment are called that names no prefix itself."""
    return f"{environment}-gt-train"


def refuse_shared_manifests(
    environment: str | None,
    settings: PipelineSettings,
    others: Mapping[str | None, PipelineSettings],
) -> None:
    """Raise ``SettingRefused`` where another pipeline would be started by the same manifests."""
    bucket = settings.existing_bucket
    for other, theirs in others.items():
        keys = settings.labeling_prefix, theirs.labeling_prefix
        if other != environment and bucket == theirs.existing_bucket and bucket and _overlap(*keys):
            raise SettingRefused(
                f"{CONTEXT_KEY}.labeling_prefix = {shown(settings.labeling_prefix)}: must lie"
                f" outside {shown(theirs.labeling_prefix)}, where {stack_name(other)} looks in the"
                f" same bucket, {bucket}"
            )


def _overlap(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def _refuse_unusable(path: str, name: Any) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise SettingRefused(
            f"{path} = {shown(name)}: must be called by 1 to 11 lower-case letters and digits,"
            " a letter first"
        )
