"""A training job that ends without a model fails the step that waits for it, in plain words."""

import pytest

from local.sagemaker.faults import StoppedAs
from tests.scenarios.pipeline import Pipeline, eventually


def test_a_client_error_is_not_retried_and_says_what_to_change(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.next_job(
        fail="ClientError: Unable to parse record. Please make sure input data is in correct "
        "recordio format. , exit code: 2"
    )

    execution = pipeline.label("unparsable")
    described = pipeline.ended(execution)

    assert described["error"] == "TrainingClientError"
    assert "an image that cannot be decoded" in described["cause"]
    assert "TrainingJobs$3FlogStreamNameFilter$3Dgt-train-unparsable" in described["cause"]
    assert pipeline.states(execution)[-1] == "Await Training Job"
    assert len(pipeline.training_jobs(execution)) == 1


def test_an_image_that_is_missing_fails_as_sagemaker_fails(pipeline: Pipeline) -> None:
    manifest = pipeline.manifest("missing")
    for number in range(10):
        key = f"images/missing/{number}.png"
        pipeline.s3.delete_object(Bucket=pipeline.layout.bucket, Key=key)

    described = pipeline.ended(pipeline.label("missing", manifest))

    assert described["error"] == "TrainingClientError"


@pytest.mark.parametrize(
    ("ending", "error"),
    [
        ("MaxRuntimeExceeded", "MaxRuntimeExceeded"),
        ("MaxWaitTimeExceeded", "MaxWaitTimeExceeded"),
        ("Stopped", "TrainingJobStopped"),
    ],
)
def test_each_way_to_be_stopped_has_its_own_error(
    pipeline: Pipeline, ending: StoppedAs, error: str
) -> None:
    pipeline.aws.training.faults.next_job(stop_as=ending, keeps_model=True)

    described = pipeline.ended(pipeline.label(ending.lower()))

    assert described["error"] == error
    assert "A model of the epochs that were done lies at s3://" in described["cause"]


def test_a_job_stopped_by_hand_fails_its_execution(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("by-hand")
    job = pipeline.waits_for_job(execution)

    pipeline.aws.client("sagemaker").stop_training_job(TrainingJobName=job)

    assert pipeline.ended(execution)["error"] == "TrainingJobStopped"


def test_missing_capacity_moves_on_to_the_next_instance_type(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.lack_capacity("ml.g4dn.xlarge")

    execution = pipeline.label("crowded")
    outcome = pipeline.succeeded(execution)

    assert outcome["instance_type"] == "ml.g4dn.2xlarge"
    assert pipeline.states(execution).count("Next Instance Type") == 1
    pipeline.aws.training.faults.restore_capacity()


def test_an_aborted_execution_has_its_training_job_stopped(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("aborted")
    job = pipeline.waits_for_job(execution)

    pipeline.stepfunctions.stop_execution(executionArn=execution)

    eventually(lambda: pipeline.aws.training.jobs[job].status == "Stopped" or None)
