"""How long a job may run after what has been spent."""

import pytest

from lambdas.errors import BillableHoursExhausted
from lambdas.jobs.budget import allowed_runtime
from lambdas.messages.job import Bill


def spent(seconds: int) -> list[Bill]:
    bill = Bill(
        job="gt-train-dogs-1",
        instance_type="ml.g4dn.xlarge",
        instance_count=1,
        billable_seconds=seconds,
        training_seconds=seconds,
    )
    return [bill]


def allowed(bills: list[Bill], *, cap: float, longest: int = 86_400) -> int:
    return allowed_runtime(bills, cap_hours=cap, longest_seconds=longest, instance_count=1)


def test_a_job_never_runs_longer_than_the_setting_says_however_much_is_left() -> None:
    assert allowed([], cap=100.0, longest=7200) == 7200


def test_a_minute_that_is_left_is_used_and_less_is_not() -> None:
    assert allowed(spent(3540), cap=1.0) == 60
    with pytest.raises(BillableHoursExhausted):
        allowed(spent(3541), cap=1.0)
