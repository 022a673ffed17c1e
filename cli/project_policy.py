"""The settings on a laptop: cdk.json's, as the deployed pipeline has them."""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import stacks
from lambdas.manifest.policy import Policy
from lambdas.settings import ManifestSettings
from stacks.settings.context import settings_from_context
from stacks.settings.environments import STACK_KEY, environment_of
from stacks.settings.function_settings import function_settings
from stacks.settings.parsing import SettingRefused

SETTINGS = Path(stacks.__file__).parent.parent / "cdk.json"


def project_policy(
    context: Mapping[str, Any], label_attribute: str | None, image_buckets: Collection[str]
) -> Policy:
    """Return the policy that the settings of a CDK context describe.

    ``label_attribute`` stands in for the setting of that name. ``image_buckets`` are more buckets
    that may hold images, above all the pipeline's own, whose name the project does not know:
    CloudFormation makes it. Without any, images may lie in every bucket, because those in the
    pipeline's would else be found fault with. Raises ``SettingRefused``, in one line, for a
    setting that cannot be used.
    """
    accepted = function_settings(ManifestSettings, settings_from_context(context))
    return Policy.from_settings(
        accepted,
        image_buckets={*image_buckets, *accepted.image_buckets} if image_buckets else (),
        label_attribute=label_attribute,
    )


def command_context(
    path: Path = SETTINGS, stack: str | None = None, overrides: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the CDK context of a cdk.json, with what ``--stack`` and ``-c KEY=VALUE`` say.

    Raises ``SettingRefused``, in one line, for a file or an override that has none.
    """
    try:
        context = dict(json.loads(path.read_text(encoding="utf-8"))["context"])
    except OSError as error:
        raise SettingRefused(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise SettingRefused(f"{path}: not a cdk.json with a context ({error!r})") from error
    environment = environment_of(stack)
    if environment:
        context[STACK_KEY] = environment
    for override in overrides:
        key, equals, value = override.partition("=")
        if not equals:
            raise SettingRefused(f"-c {override}: must be KEY=VALUE")
        context[key] = value
    return context
