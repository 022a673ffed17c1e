"""How a transform job ended is told from its description, and what it is billed for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas import errors
from lambdas.jobs.description import Description
from lambdas.jobs.verdict import Completed, Failed
from lambdas.transform.judge import bill, judge
from tests.unit.jobs.factories import any_job

CREATED = datetime(2026, 1, 15, 11, tzinfo=UTC)
JOB = any_job(max_seconds=600)


def described(status: str, minutes: float = 5, **more: Any) -> Description:
    response: dict[str, Any] = {
        "TransformJobName": "job-1",
        "TransformJobArn": "arn:aws:sagemaker:us-east-1:111122223333:transform-job/job-1",
        "TransformJobStatus": status,
        "CreationTime": CREATED,
        "TransformStartTime": CREATED + timedelta(minutes=2),
        "TransformEndTime": CREATED + timedelta(minutes=minutes),
        "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        **more,
    }
    return Description.of("Transform", response)


def failure(description: Description) -> Failed:
    judged = judge(description, JOB)
    assert isinstance(judged, Failed)
    return judged


@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_job_that_has_not_ended_is_not_judged(status: str) -> None:
    assert judge(described(status), JOB) is None


def test_a_completed_job_has_no_failure() -> None:
    assert judge(described("Completed"), JOB) == Completed(
        {"transform_job": "job-1", "status": "Completed", "failure": None}
    )


@pytest.mark.parametrize(
    "reason",
    [
        "ClientError: See job logs for more information",
        "AlgorithmError: See job logs for more information",
        "Something new",
    ],
)
def test_a_failed_job_has_answers_for_whoever_counts_them_and_says_why_some_are_missing(
    reason: str,
) -> None:
    judged = judge(described("Failed", FailureReason=reason), JOB)

    assert isinstance(judged, Completed)
    assert judged.result["status"] == "Failed"
    assert judged.result["failure"].startswith(f"{reason}\nLog: https://")
    assert "TransformJobs" in judged.result["failure"]


def test_a_reason_that_is_not_given_is_said_not_to_be() -> None:
    judged = judge(described("Failed"), JOB)

    assert isinstance(judged, Completed)
    assert judged.result["failure"].startswith("SageMaker gave no reason.")


@pytest.mark.parametrize("reason", ["CapacityError: none", "InsufficientCapacity: none"])
def test_a_job_without_capacity_goes_on_with_the_next_instance_type(reason: str) -> None:
    assert failure(described("Failed", FailureReason=reason)).error is errors.CapacityUnavailable


def test_a_failure_inside_sagemaker_may_pass() -> None:
    judged = failure(described("Failed", FailureReason="InternalServerError: oops"))

    assert judged.error is errors.TransformInternalServerError
    assert judged.may_pass
    assert "failed: InternalServerError: oops" in judged.cause


@pytest.mark.parametrize(
    ("minutes", "error"),
    [
        (9.99, errors.TransformJobStopped),
        (10, errors.TransformTimedOut),
        (12, errors.TransformTimedOut),
    ],
)
def test_a_job_that_was_stopped_after_its_time_was_over_has_timed_out(
    minutes: float, error: type[errors.PipelineError]
) -> None:
    judged = failure(described("Stopped", minutes))

    assert judged.error is error
    assert f"Billed: {round(minutes * 60 - 120)} s × 1 ml.c5.xlarge." in judged.cause


def test_a_job_without_a_time_of_its_own_was_stopped_by_hand() -> None:
    judged = judge(described("Stopped", 1000), any_job())

    assert isinstance(judged, Failed)
    assert judged.error is errors.TransformJobStopped


def test_the_time_between_start_and_end_is_billed() -> None:
    billed = bill(described("Completed", minutes=5))

    assert (billed.billable_seconds, billed.instance_seconds, billed.saved) == (180, 180, 0)


def test_a_job_that_has_not_started_or_not_ended_is_not_billed_yet() -> None:
    never_started = dict(described("Failed").response)
    del never_started["TransformStartTime"]
    running = dict(described("InProgress").response)
    del running["TransformEndTime"]

    for response in (never_started, running):
        assert bill(Description.of("Transform", response)).billable_seconds == 0
