"""How long a training job may run after what has been spent."""

import pytest

from lambdas.errors import BillableHoursExhausted
from lambdas.messages import Bill
from lambdas.training.budget import allowed_runtime
from tests.unit.jobs.factories import any_settings


def spent(seconds: int) -> list[Bill]:
    bill = Bill(
        job="gt-train-dogs-1",
        instance_type="ml.g4dn.xlarge",
        instance_count=1,
        billable_seconds=seconds,
        training_seconds=seconds,
    )
    return [bill]


def test_a_job_never_runs_longer_than_the_setting_says_however_much_is_left() -> None:
    settings = any_settings(max_billable_hours=100.0, max_runtime_seconds=7200)

    assert allowed_runtime([], settings) == 7200


def test_a_minute_that_is_left_is_used_and_less_is_not() -> None:
    settings = any_settings(max_billable_hours=1.0)

    assert allowed_runtime(spent(3540), settings) == 60
    with pytest.raises(BillableHoursExhausted):
        allowed_runtime(spent(3541), settings)
