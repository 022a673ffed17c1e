"""The policy of `gt-train validate`: cdk.json's settings, as the deployed pipeline has them."""

import json
from collections.abc import Collection
from pathlib import Path

import stacks
from lambdas.manifest.policy import Policy
from stacks.config import PipelineConfig
from stacks.context import config_from_context
from stacks.parsing import ConfigError

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
        ConfigError: the file or a setting in it cannot be used; the message is one line.
    """
    config = _config(settings)
    return Policy(
        label_attribute=label_attribute or config.label_attribute,
        validation_fraction=config.validation_fraction,
        image_buckets=frozenset({*image_buckets, *config.image_buckets} if image_buckets else ()),
        empty_images=config.empty_images,
        max_invalid_fraction=config.max_invalid_fraction,
        max_unlabeled_fraction=config.max_unlabeled_fraction,
        group_pattern=config.split_group_pattern,
        hyperparameters=config.hyperparameters,
    )


def _config(path: Path) -> PipelineConfig:
    try:
        context = dict(json.loads(path.read_text(encoding="utf-8"))["context"])
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"{path}: not a cdk.json with a context ({error!r})") from error
    return config_from_context(context)
