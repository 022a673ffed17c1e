"""However a transform job ends: the execution knows, goes on where it can, and pays once."""

from typing import Any

import pytest

from lambdas.contract import State
from local.aws.event_bus import matching
from local.aws.sagemaker.scripted_model import ScriptedModel
from tests.scenarios.pipeline import Pipeline, eventually

RIGHT = ScriptedModel(otherwise=((0.0, 0.9, 0.1, 0.125, 0.4, 0.375),)).to_bytes()
"""Finds the dog of every picture, at (10, 10, 30, 20) of 100 × 80 pixels."""

EVENT = "SageMaker Transform Job State Change"
COMPLETED = matching(EVENT, TransformJobStatus="Completed")
ABORTED = matching("Step Functions Execution Status Change", status="ABORTED")


def train(pipeline: Pipeline, labeling_job: str, images: int = 10) -> str:
    """Start an execution whose model is there at once."""
    pipeline.aws.training.faults.next_job(artifact=RIGHT)
    return pipeline.label(labeling_job, pipeline.manifest(labeling_job, images))


def fails(pipeline: Pipeline, execution: str, error: str, state: State) -> str:
    """The cause of an execution that must have failed in a state."""
    ended = pipeline.ended(execution)
    assert (ended["status"], ended.get("error")) == ("FAILED", error)
    assert pipeline.states(execution)[-1] == state
    cause: str = ended["cause"]
    return cause


def redrive(pipeline: Pipeline, execution: str) -> dict[str, Any]:
    """Redrive an execution, which must succeed without training again."""
    trained = pipeline.training_jobs(execution)
    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    output = pipeline.succeeded(execution)
    assert pipeline.training_jobs(execution) == trained
    return output


def stopped(pipeline: Pipeline, job: str) -> None:
    """Wait until a transform job has been stopped."""
    eventually(lambda: pipeline.aws.transform.jobs[job].status == "Stopped" or None)


def test_a_lost_event_costs_one_heartbeat(pipeline: Pipeline) -> None:
    pipeline.aws.events.drop(COMPLETED)
    hold = pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, "lost-answer")
    pipeline.waits_for_transform_jobs(execution)

    hold.release()

    pipeline.succeeded(execution)
    assert pipeline.happened(execution, "TaskTimedOut") >= 1


def test_a_job_that_ends_before_anyone_waits_is_noticed(pipeline: Pipeline) -> None:
    pipeline.aws.transform.faults.next_job(before_answer=True)

    execution = train(pipeline, "early-answer")

    pipeline.succeeded(execution)
    assert pipeline.happened(execution, "TaskTimedOut") == 0


def test_an_event_that_comes_ten_times_answers_once(pipeline: Pipeline) -> None:
    pipeline.aws.events.duplicate(COMPLETED, copies=10)

    execution = train(pipeline, "repeated-answer")

    pipeline.succeeded(execution)
    assert pipeline.states(execution).count(State.EVALUATE_MODEL) == 1
    assert pipeline.dead_letters() == 0


def test_few_images_without_an_answer_are_counted(pipeline: Pipeline) -> None:
    pipeline.write("datasets/few-train.manifest", pipeline.manifest("few-train", images=9))
    pipeline.write("datasets/few.manifest", pipeline.manifest("few", images=21))
    pipeline.aws.training.faults.next_job(artifact=RIGHT)
    pipeline.aws.transform.faults.next_job(spoil="few/20.png")

    output = pipeline.succeeded(
        pipeline.start(
            manifest=pipeline.layout.uri("datasets/few-train.manifest"),
            validation_manifest=pipeline.layout.uri("datasets/few.manifest"),
        )
    )

    assert output["evaluation"]["images"] == 20
    assert output["evaluation"]["missing_images"] == 1


def test_a_job_without_any_answer_is_red_in_evaluate_model_and_a_redrive_asks_again(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.transform.faults.next_job(spoil=".png")

    execution = train(pipeline, "unanswered")

    cause = fails(pipeline, execution, "PredictionsIncomplete", State.EVALUATE_MODEL)
    assert "images/unanswered/" in cause
    pipeline.aws.transform.faults.next_job(spoil=".png")
    pipeline.stepfunctions.redrive_execution(executionArn=execution)
    fails(pipeline, execution, "PredictionsIncomplete", State.EVALUATE_MODEL)
    output = redrive(pipeline, execution)
    assert output["evaluation"]["missing_images"] == 0
    assert [job[-4:].partition("-")[2] for job in pipeline.transform_jobs(execution)] == [
        "1",
        "1r1",
        "1r2",
    ]


def test_a_job_that_somebody_stops_is_red_and_a_redrive_starts_another(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, "stopped-by-hand")
    (job,) = pipeline.waits_for_transform_jobs(execution)

    pipeline.aws.client("sagemaker").stop_transform_job(TransformJobName=job)

    cause = fails(pipeline, execution, "TransformJobStopped", State.AWAIT_TRANSFORM_JOB)
    assert job in cause
    redrive(pipeline, execution)
    first, second = pipeline.transform_jobs(execution)
    assert (first, second[-3:]) == (job, "2r1")


def test_a_job_that_hangs_is_stopped_at_a_heartbeat(pipeline: Pipeline) -> None:
    pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, "hung")
    (job,) = pipeline.waits_for_transform_jobs(execution)

    pipeline.aws.transform.jobs[job].created -= 14_400

    cause = fails(pipeline, execution, "TransformTimedOut", State.AWAIT_TRANSFORM_JOB)
    assert "had not ended 14400 seconds after its creation" in cause
    redrive(pipeline, execution)


def test_a_job_that_hangs_is_stopped_by_the_reconcile_though_its_execution_waits(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, "hung-unseen")
    (job,) = pipeline.waits_for_transform_jobs(execution)
    pipeline.aws.faults.refuse("sagemaker", "StopTransformJob", "InternalFailure", times=10_000)
    pipeline.aws.transform.jobs[job].created -= 14_400
    eventually(lambda: pipeline.happened(execution, "TaskTimedOut") or None)
    pipeline.aws.faults.clear()

    pipeline.invoke("reconcile_jobs", {})

    stopped(pipeline, job)
    fails(pipeline, execution, "TransformTimedOut", State.AWAIT_TRANSFORM_JOB)


def test_without_capacity_the_next_instance_type_is_tried(pipeline: Pipeline) -> None:
    pipeline.aws.transform.faults.lack_capacity("ml.c5.xlarge")

    execution = train(pipeline, "crowded-answer")

    pipeline.succeeded(execution)
    types = [
        pipeline.aws.transform.jobs[job].instance_type for job in pipeline.transform_jobs(execution)
    ]
    assert types == ["ml.c5.xlarge", "ml.m5.xlarge"]
    assert State.NEXT_TRANSFORM_INSTANCE_TYPE in pipeline.states(execution)


def test_a_quota_that_allows_no_job_is_waited_for(pipeline: Pipeline) -> None:
    pipeline.aws.faults.refuse("sagemaker", "CreateTransformJob", "ResourceLimitExceeded", times=3)

    execution = train(pipeline, "poor-answer")

    pipeline.succeeded(execution)
    assert "Raise the quota" in pipeline.causes(execution)


def test_a_failure_inside_sagemaker_is_retried_once_under_a_new_name(pipeline: Pipeline) -> None:
    for _ in range(2):
        pipeline.aws.transform.faults.next_job(fail="InternalServerError: We are sorry.")

    execution = train(pipeline, "broken-answer")

    fails(pipeline, execution, "TransformInternalServerError", State.AWAIT_TRANSFORM_JOB)
    first, second = pipeline.transform_jobs(execution)
    assert (first[-2:], second[-2:]) == ("-1", "-2")
    redrive(pipeline, execution)


def test_a_caller_that_dies_asks_for_the_same_job_and_the_same_model_again(
    pipeline: Pipeline,
) -> None:
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTransformJob", when="before")
    pipeline.aws.faults.kill_caller("sagemaker", "CreateTransformJob", when="after")

    execution = train(pipeline, "asked-twice-for-answers")

    pipeline.succeeded(execution)
    assert len(pipeline.transform_jobs(execution)) == 1


@pytest.mark.parametrize("lost", [False, True], ids=["by its event", "by the reconcile"])
def test_an_aborted_execution_has_its_transform_job_stopped_and_its_model_deleted(
    pipeline: Pipeline, lost: bool
) -> None:
    pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, f"aborted-answer-{lost}".lower())
    (job,) = pipeline.waits_for_transform_jobs(execution)
    if lost:
        pipeline.aws.events.drop(ABORTED)

    pipeline.stepfunctions.stop_execution(executionArn=execution)
    if lost:
        assert pipeline.invoke("reconcile_jobs", {})["stopped"] == [job]

    stopped(pipeline, job)
    pipeline.invoke("reconcile_jobs", {})
    assert job not in pipeline.aws.models.by_name
    redrive(pipeline, execution)


def test_the_model_of_a_job_that_runs_is_left_alone(pipeline: Pipeline) -> None:
    hold = pipeline.aws.transform.faults.hold_next_job()
    execution = train(pipeline, "at-work")
    (job,) = pipeline.waits_for_transform_jobs(execution)

    reconciled = pipeline.invoke("reconcile_jobs", {})

    assert job not in reconciled["stopped"] + reconciled["deleted"]
    hold.release()
    pipeline.succeeded(execution)
