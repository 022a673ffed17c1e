"""What a job costs, in words and numbers."""

import pytest

from lambdas.messages.job import Bill


def bill(billable: int, training: int) -> Bill:
    return Bill(
        job="gt-train-dogs-1",
        instance_type="ml.g4dn.xlarge",
        instance_count=2,
        billable_seconds=billable,
        training_seconds=training,
    )


@pytest.mark.parametrize(
    ("billable", "training", "saved"),
    [(30, 100, 0.7), (100, 100, 0.0), (130, 100, 0.0), (5, 0, 0.0)],
)
def test_spot_capacity_saves_what_was_trained_and_not_billed(
    billable: int, training: int, saved: float
) -> None:
    assert bill(billable, training).saved == saved


def test_every_instance_is_paid_for() -> None:
    assert bill(30, 100).instance_seconds == 60
