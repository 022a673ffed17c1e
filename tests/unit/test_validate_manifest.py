"""What Validate Manifest accepts: the owner's settings, and what one execution says on top."""

from typing import Any

import pytest

from lambdas.handlers.validate_manifest import policy
from lambdas.messages.execution import ExecutionInput
from lambdas.settings import ValidateManifestSettings


def configured(**changes: Any) -> ValidateManifestSettings:
    fields: dict[str, Any] = {
        "bucket": "own-bucket",
        "image_checks": "headers",
        "label_attribute": None,
        "validation_fraction": 0.2,
        "test_fraction": 0,
        "image_buckets": (),
        "empty_images": "keep",
        "max_invalid_fraction": 0.05,
        "max_unlabeled_fraction": 0.2,
        "split_group_pattern": None,
        "instance_count": 1,
        "drop_verdicts": (),
        "hyperparameters": {},
    }
    return ValidateManifestSettings(**{**fields, **changes})


@pytest.mark.parametrize("others", [(), ("first-images", "second-images")])
def test_images_may_lie_in_the_pipelines_own_bucket_and_in_those_of_the_settings(
    others: tuple[str, ...],
) -> None:
    accepted = policy(configured(image_buckets=others), ExecutionInput(manifest="s3://b/m"))
    assert accepted.image_buckets == {"own-bucket", *others}


@pytest.mark.parametrize(
    ("setting", "said", "used"),
    [
        (None, None, None),
        ("boxes", None, "boxes"),
        (None, "cars", "cars"),
        ("boxes", "cars", "cars"),
    ],
)
def test_the_label_attribute_of_the_execution_wins_over_the_setting(
    setting: str | None, said: str | None, used: str | None
) -> None:
    request = ExecutionInput(manifest="s3://b/m", label_attribute=said)
    assert policy(configured(label_attribute=setting), request).label_attribute == used
