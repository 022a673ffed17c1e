"""Which answers a redrive asks for again, instead of failing on them once more."""

import pytest

from lambdas.evaluation.comparison import are_of_a_run_before
from lambdas.messages.evaluation import Predicted
from tests.unit.jobs.factories import any_execution, any_prediction


def predicted(failure: str | None, redrive_count: int) -> Predicted:
    return Predicted(
        prediction=any_prediction(),
        transform_job="job-1",
        failure=failure,
        redrive_count=redrive_count,
    )


@pytest.mark.parametrize(
    ("jobs", "again"),
    [
        ([predicted("ClientError: 1", 0)], True),
        ([predicted(None, 1), predicted("ClientError: 1", 0)], True),
        ([predicted("ClientError: 1", 1)], False),
        ([predicted(None, 0)], False),
        ([predicted(None, 0), predicted("ClientError: 1", 1)], False),
    ],
)
def test_only_a_job_that_failed_in_a_run_before_is_asked_for_again(
    jobs: list[Predicted], again: bool
) -> None:
    assert are_of_a_run_before(jobs, any_execution(redrive_count=1)) is again


def test_in_the_first_run_nothing_is_asked_for_again() -> None:
    assert not are_of_a_run_before([predicted("ClientError: 1", 0)], any_execution())
