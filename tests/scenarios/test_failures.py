"""A training job that ends without a model fails the step that waits for it, in plain words."""

import pytest

from lambdas.contract import State
from local.aws.sagemaker.job_faults import StoppedAs
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
    # Check Images has seen the images, which are deleted while a quota is waited for.
    pipeline.aws.faults.refuse(
        "sagemaker", "CreateTrainingJob", "ResourceLimitExceeded", times=10_000
    )
    execution = pipeline.label("missing")
    pipeline.reaches(execution, State.START_TRAINING_JOB)
    for number in range(10):
        key = f"images/missing/{number}.png"
        pipeline.s3.delete_object(Bucket=pipeline.layout.bucket, Key=key)
    pipeline.aws.faults.clear()

    described = pipeline.ended(execution)

    assert described["error"] == "TrainingClientError"
    assert "Put the image back, or take its line out of the manifest" in described["cause"]


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
    assert [each["instance_type"] for each in outcome["bills"][:2]] == [
        "ml.g4dn.xlarge",
        "ml.g4dn.2xlarge",
    ]
    pipeline.aws.training.faults.restore_capacity()


def test_capacity_that_is_refused_before_a_job_exists_moves_on_as_well(pipeline: Pipeline) -> None:
    pipeline.aws.faults.refuse("sagemaker", "CreateTrainingJob", "CapacityError", times=1)

    execution = pipeline.label("refused")

    assert pipeline.succeeded(execution)["instance_type"] == "ml.g4dn.2xlarge"
    assert pipeline.states(execution).count("Next Instance Type") == 1


def test_capacity_that_is_nowhere_is_tried_as_often_as_the_settings_say(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.training.faults.lack_capacity("ml.g4dn.xlarge", "ml.g4dn.2xlarge", "ml.g5.xlarge")

    execution = pipeline.label("nowhere")
    described = pipeline.ended(execution)
    pipeline.aws.training.faults.restore_capacity()

    assert described["error"] == "CapacityExhausted"
    assert "No capacity in 9 tries" in described["cause"]
    assert len(pipeline.training_jobs(execution)) == 9
    assert pipeline.states(execution)[-1] == "Start Training Job"


def test_a_failure_inside_sagemaker_is_retried_once_under_a_new_name(pipeline: Pipeline) -> None:
    failure = "InternalServerError: We encountered an internal error. Please try again."
    pipeline.aws.training.faults.next_job(fail=failure)

    execution = pipeline.label("hiccup")
    pipeline.succeeded(execution)

    first, second = pipeline.training_jobs(execution)
    assert (first[-2:], second[-2:]) == ("-1", "-2")


def test_a_second_failure_inside_sagemaker_is_final(pipeline: Pipeline) -> None:
    failure = "InternalServerError: We encountered an internal error. Please try again."
    for _ in range(2):
        pipeline.aws.training.faults.next_job(fail=failure)

    execution = pipeline.label("broken")

    assert pipeline.ended(execution)["error"] == "TrainingInternalServerError"
    assert len(pipeline.training_jobs(execution)) == 2


def test_a_quota_is_waited_for_then_explained_and_a_redrive_goes_on(pipeline: Pipeline) -> None:
    pipeline.aws.faults.refuse(
        "sagemaker",
        "CreateTrainingJob",
        "ResourceLimitExceeded",
        message="The account-level service limit 'ml.g4dn.xlarge for training job usage' is 0",
        times=10_000,
    )
    inbox = pipeline.subscribe()
    execution = pipeline.label("poor")
    eventually(lambda: pipeline.happened(execution, "TaskFailed") >= 3 or None)
    assert pipeline.stepfunctions.describe_execution(executionArn=execution)["status"] == "RUNNING"
    waits = "Training pipeline: execution waits for a quota: poor-"
    (told,) = eventually(lambda: [text for text in inbox() if text.startswith(waits)] or None)
    assert "Raise the quota 'ml.g4dn.xlarge for training job usage'" in told
    pipeline.stepfunctions.stop_execution(executionArn=execution)
    assert "Raise the quota 'ml.g4dn.xlarge for training job usage'" in pipeline.causes(execution)

    pipeline.aws.faults.clear()
    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    pipeline.succeeded(execution)
    (job,) = pipeline.training_jobs(execution)
    assert job.endswith("-1r1")


def test_a_redrive_after_a_failed_job_trains_anew(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.next_job(fail="ClientError: Unable to parse record.")
    execution = pipeline.label("redriven")
    assert pipeline.ended(execution)["error"] == "TrainingClientError"

    pipeline.stepfunctions.redrive_execution(executionArn=execution)

    pipeline.succeeded(execution)
    first, second = pipeline.training_jobs(execution)
    assert first.endswith("-1")
    assert second.endswith("-2r1")
