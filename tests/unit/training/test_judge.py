"""How a training job ended is told apart as SageMaker's API tells it apart."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas import errors
from lambdas.jobs.verdict import Completed, Failed
from lambdas.training.judge import judge
from tests.unit.jobs.factories import any_description, any_job


def ended(status: str, secondary: str | None = None, **more: Any) -> Failed:
    judged = judge(any_description(status, secondary, **more), any_job())
    assert isinstance(judged, Failed)
    return judged


@pytest.mark.parametrize("status", ["InProgress", "Stopping", "Deleting"])
def test_a_job_that_has_not_ended_has_no_judge(status: str) -> None:
    assert judge(any_description(status), any_job()) is None


def test_a_completed_job_answers_with_its_model() -> None:
    description = any_description("Completed", ModelArtifacts={"S3ModelArtifacts": "s3://b/m"})

    assert judge(description, any_job()) == Completed(
        {
            "training_job": "gt-train-dogs-1",
            "status": "Completed",
            "model_artifact": "s3://b/m",
        }
    )


@pytest.mark.parametrize(
    ("secondary", "error"),
    [
        ("MaxRuntimeExceeded", errors.MaxRuntimeExceeded),
        ("MaxWaitTimeExceeded", errors.MaxWaitTimeExceeded),
        ("Stopped", errors.TrainingJobStopped),
    ],
)
def test_three_ways_to_be_stopped_have_three_error_names(
    secondary: str, error: type[errors.PipelineError]
) -> None:
    assert ended("Stopped", secondary).error is error


def test_a_model_that_a_stopped_job_left_is_mentioned() -> None:
    cause = ended("Stopped", ModelArtifacts={"S3ModelArtifacts": "s3://b/m.tar.gz"}).cause

    assert "A model of the epochs that were done lies at s3://b/m.tar.gz." in cause


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("ClientError: Unable to parse record.", errors.TrainingClientError),
        ("AlgorithmError: exit code 1", errors.TrainingAlgorithmError),
        ("InternalServerError: We encountered an error", errors.TrainingInternalServerError),
        ("CapacityError: Unable to provision requested ML capacity", errors.CapacityUnavailable),
        ("InsufficientCapacity: none left", errors.CapacityUnavailable),
        ("something new", errors.TrainingJobFailed),
        ("The algorithm reports: ClientError", errors.TrainingJobFailed),
    ],
)
def test_the_kind_of_failure_is_the_error_name(
    reason: str, error: type[errors.PipelineError]
) -> None:
    assert ended("Failed", FailureReason=reason).error is error


def test_the_cause_says_what_failed_what_to_do_what_was_billed_and_where_the_log_is() -> None:
    cause = ended(
        "Failed",
        FailureReason="ClientError: Got empty batch from pipe.",
        BillableTimeInSeconds=71,
    ).cause

    assert cause == (
        "Training job gt-train-dogs-1 failed: ClientError: Got empty batch from pipe.\n"
        "No usable record arrived: the manifest's attribute names differ from AttributeNames, or "
        "the training role may not read the images (setting image_buckets).\n"
        "Billed: 71 s × 2 ml.g4dn.xlarge.\n"
        "Log: https://us-east-1.console.aws.amazon.com/cloudwatch/home?region=us-east-1"
        "#logsV2:log-groups/log-group/$252Faws$252Fsagemaker$252FTrainingJobs"
        "$3FlogStreamNameFilter$3Dgt-train-dogs-1"
    )


def test_the_cause_says_what_spot_capacity_saved() -> None:
    cause = ended(
        "Failed",
        FailureReason="AlgorithmError: x",
        BillableTimeInSeconds=30,
        TrainingTimeInSeconds=100,
    ).cause

    assert "Billed: 30 s × 2 ml.g4dn.xlarge, 70% saved by spot capacity." in cause


@example("x" * 40_000)
@given(st.text(max_size=1_000))
def test_whatever_the_reason_the_cause_is_one_that_step_functions_takes(reason: str) -> None:
    assert len(ended("Failed", FailureReason=reason).cause) <= 32_768


CREATED = datetime(2026, 1, 15, 9, tzinfo=UTC)


def stopped(after_seconds: int, **more: Any) -> Failed:
    return ended(
        "Stopped",
        StoppingCondition={"MaxPendingTimeInSeconds": 7200},
        CreationTime=CREATED,
        TrainingEndTime=CREATED + timedelta(seconds=after_seconds),
        **more,
    )


def test_a_job_that_was_pending_for_as_long_as_it_may_found_no_capacity() -> None:
    judged = stopped(7200)

    assert judged.error is errors.CapacityUnavailable
    assert "found no instance within max_pending_seconds" in judged.cause


def test_a_job_that_was_stopped_sooner_or_had_started_was_stopped_by_hand() -> None:
    assert stopped(7199).error is errors.TrainingJobStopped
    assert stopped(9999, TrainingStartTime=CREATED).error is errors.TrainingJobStopped
