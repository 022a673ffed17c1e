"""The policy of `gt-train validate`: cdk.json's settings, as the deployed pipeline has them."""

import json
from collections.abc import Collection
from pathlib import Path

import stacks
from lambdas.manifest.policy import Policy
from lambdas.settings import ManifestSettings
from stacks.settings.context import settings_from_context
from stacks.settings.fields import PipelineSettings
from stacks.settings.function_settings import function_settings
from stacks.settings.parsing import SettingRefused

SETTINGS = Path(stacks.__file__).parent.parent / "cdk.json"


def project_policy(
    label_attribute: str | None, image_buckets: Collection[str], settings: Path = SETTINGS
) -> Policy:
    """The policy that the `pipeline` object of cdk.json describes.

    Args:
        label_attribute: stands in for the setting of that name.
        image_buckets: more buckets that may hold images, above all the pipeline's own, whose name
            the project does not know: CloudFormation makes it. Without any, images may lie in
            every bucket, because those in the pipeline's would else be found fault with.
        settings: the file with the settings.

    Raises:
        SettingRefused: the file or a setting in it cannot be used; the message is one line.
    """
    accepted = function_settings(ManifestSettings, _chosen(settings))
    return Policy.from_settings(
        accepted,
        image_buckets={*image_buckets, *accepted.image_buckets} if image_buckets else (),
        label_attribute=label_attribute,
    )


def _chosen(path: Path) -> PipelineSettings:
    try:
        context = dict(json.loads(path.read_text(encoding="utf-8"))["context"])
    except OSError as error:
        raise SettingRefused(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise SettingRefused(f"{path}: not a cdk.json with a context ({error!r})") from error
    return settings_from_context(context)
