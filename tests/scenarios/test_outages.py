"""Functions that die and services that fail for a while cost time, never a job or a model."""

import pytest

from tests.scenarios.pipeline import Pipeline, eventually


def test_dying_between_creating_a_job_and_saying_so_leaves_one_job(pipeline: Pipeline) -> None:
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTrainingJob", when="after")

    execution = pipeline.label("died-after-create")
    pipeline.succeeded(execution)

    assert len(pipeline.training_jobs(execution)) == 1


def test_dying_before_creating_a_job_leaves_one_job(pipeline: Pipeline) -> None:
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTrainingJob", when="before")

    execution = pipeline.label("died-before-create")
    pipeline.succeeded(execution)

    assert len(pipeline.training_jobs(execution)) == 1


def test_dying_between_leaving_the_token_and_looking_at_the_job_loses_nothing(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.training.faults.next_job(before_answer=True)
    pipeline.aws.faults.kill_caller("sagemaker", "DescribeTrainingJob", when="before")

    pipeline.succeeded(pipeline.label("died-before-describe"))

    assert pipeline.dead_letters() == 0


@pytest.mark.parametrize(
    ("service", "action", "code", "status"),
    [
        ("sagemaker", "CreateTrainingJob", "ThrottlingException", 400),
        ("sagemaker", "CreateTrainingJob", "InternalFailure", 500),
        ("sagemaker", "DescribeTrainingJob", "ThrottlingException", 400),
        ("s3", "PutObject", "InternalError", 500),
        ("s3", "GetObject", "SlowDown", 503),
    ],
)
def test_a_service_that_fails_for_a_while_is_outlasted(
    pipeline: Pipeline, service: str, action: str, code: str, status: int
) -> None:
    # boto3 makes five tries of a call by itself: these outlast it twice.
    pipeline.aws.faults.refuse(service, action, code, status=status, times=11)

    execution = pipeline.label(f"{action}-{code}".lower())
    pipeline.succeeded(execution)

    assert len(pipeline.training_jobs(execution)) == 1
    assert pipeline.dead_letters() == 0


def test_an_outage_while_a_job_is_awaited_costs_time_and_never_the_job(pipeline: Pipeline) -> None:
    # How many it outlasts is arithmetic, which tests/infrastructure/test_workflow.py checks.
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("outage-while-awaited")
    job = pipeline.waits_for_job(execution)
    # boto3 makes five tries of a call by itself: two invocations fail, one after the other.
    pipeline.aws.faults.refuse(
        "sagemaker", "DescribeTrainingJob", "ThrottlingException", times=10, caller="AwaitTraining"
    )
    eventually(lambda: pipeline.happened(execution, "TaskFailed") >= 2 or None)
    assert pipeline.aws.training.jobs[job].status == "InProgress"

    hold.release()

    assert pipeline.succeeded(execution)["training_job"] == job


def test_functions_that_die_in_many_heartbeats_never_cost_the_job(pipeline: Pipeline) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("many-deaths")
    job = pipeline.waits_for_job(execution)
    pipeline.aws.faults.kill_caller(
        "sagemaker", "DescribeTrainingJob", when="before", times=4, caller="AwaitTraining"
    )
    eventually(lambda: pipeline.happened(execution, "TaskFailed") >= 4 or None)

    hold.release()

    assert pipeline.succeeded(execution)["training_job"] == job
