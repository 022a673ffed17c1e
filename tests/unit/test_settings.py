"""A function's environment is read once, by one class."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.settings import (
    StartTrainingJobSettings,
    ValidateManifestSettings,
    load,
    variables,
)
from tests.unit.jobs.factories import any_settings


def test_a_missing_variable_is_named() -> None:
    incomplete = variables(any_settings())
    del incomplete["TRAINING_ROLE_ARN"]

    with pytest.raises(msgspec.ValidationError, match="training_role_arn"):
        load(StartTrainingJobSettings, incomplete)


def test_an_environment_says_what_the_settings_say() -> None:
    environment = {**variables(any_settings()), "PATH": "/bin"}
    assert load(StartTrainingJobSettings, environment) == any_settings()


def test_text_is_written_as_it_is_and_everything_else_as_json() -> None:
    environment = variables(any_settings(instance_types=("ml.g5.xlarge",)))
    assert environment["TRAINING_JOB_PREFIX"] == "gt-train"
    assert environment["INSTANCE_TYPES"] == '["ml.g5.xlarge"]'
    assert environment["KMS_KEY_ARN"] == "null"


@given(label_attribute=st.none() | st.text(), pattern=st.none() | st.text(), bucket=st.text())
def test_settings_survive_their_environment(
    label_attribute: str | None, pattern: str | None, bucket: str
) -> None:
    settings = ValidateManifestSettings(
        bucket=bucket,
        label_attribute=label_attribute,
        split_group_pattern=pattern,
        empty_images="drop",
        instance_count=1,
        drop_verdicts=(bucket,),
        image_buckets=(bucket,),
        validation_fraction=0.3,
        test_fraction=0.1,
        max_invalid_fraction=0.1,
        max_unlabeled_fraction=0.2,
        hyperparameters={"freeze_layer_pattern": bucket},
    )
    assert load(ValidateManifestSettings, variables(settings)) == settings
