"""A function's environment is read once, by one class."""

import msgspec
import pytest

from lambdas.settings import StartTrainingJobSettings, load
from tests.unit.jobs.factories import any_settings


def environment() -> dict[str, str]:
    values = msgspec.to_builtins(any_settings())
    return {
        name.upper(): value if isinstance(value, str) else msgspec.json.encode(value).decode()
        for name, value in values.items()
    }


def test_strings_are_taken_as_they_are_and_everything_else_is_json() -> None:
    assert load(StartTrainingJobSettings, {**environment(), "PATH": "/bin"}) == any_settings()


def test_a_missing_variable_is_named() -> None:
    incomplete = environment()
    del incomplete["TRAINING_ROLE_ARN"]

    with pytest.raises(msgspec.ValidationError, match="training_role_arn"):
        load(StartTrainingJobSettings, incomplete)
