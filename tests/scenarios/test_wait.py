"""Every training job that ends is noticed once, whatever becomes of its events."""

from local.aws.event_bus import matching
from local.aws.sagemaker.training_service import COMPLETION_EVENT
from tests.scenarios.pipeline import Pipeline, eventually

COMPLETED = matching(COMPLETION_EVENT, TrainingJobStatus="Completed")


def test_a_lost_completion_event_costs_one_heartbeat(pipeline: Pipeline) -> None:
    pipeline.aws.events.drop(COMPLETED)
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("lost")
    pipeline.waits_for_job(execution)

    hold.release()

    pipeline.succeeded(execution)
    assert pipeline.happened(execution, "TaskTimedOut") >= 1


def test_a_job_that_ends_before_anyone_waits_is_noticed(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.next_job(before_answer=True)

    execution = pipeline.label("early")

    pipeline.succeeded(execution)
    assert pipeline.happened(execution, "TaskTimedOut") == 0


def test_a_completion_event_that_comes_ten_times_answers_once(pipeline: Pipeline) -> None:
    pipeline.aws.events.duplicate(COMPLETED, copies=10)

    execution = pipeline.label("repeated")

    pipeline.succeeded(execution)
    assert pipeline.states(execution).count("Record Model") == 1
    assert pipeline.dead_letters() == 0


def test_a_job_of_somebody_else_disturbs_nobody(pipeline: Pipeline) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("undisturbed")
    job = pipeline.waits_for_job(execution)
    pipeline.aws.events.emit(
        "aws.sagemaker",
        COMPLETION_EVENT,
        {"TrainingJobName": "gt-train-of-somebody-else", "TrainingJobStatus": "Completed"},
    )
    hold.release()

    pipeline.succeeded(execution)
    assert pipeline.training_jobs(execution) == [job]
    assert pipeline.dead_letters() == 0


def test_two_executions_that_wait_at_once_each_get_their_own_answer(pipeline: Pipeline) -> None:
    faults = pipeline.aws.training.faults
    holds = [faults.hold_next_job(), faults.hold_next_job(fail="ClientError: Unable to parse")]
    good = pipeline.label("first-of-two")
    pipeline.waits_for_job(good)
    bad = pipeline.label("second-of-two")
    pipeline.waits_for_job(bad)
    for hold in reversed(holds):
        hold.release()

    pipeline.succeeded(good)
    assert pipeline.ended(bad)["error"] == "TrainingClientError"


def test_an_event_that_comes_after_the_token_was_renewed_answers_the_renewed_one(
    pipeline: Pipeline,
) -> None:
    held = pipeline.aws.events.hold(COMPLETED)
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("late")
    job = pipeline.waits_for_job(execution)
    eventually(lambda: pipeline.happened(execution, "TaskTimedOut") or None)
    hold.release()
    pipeline.aws.training.wait_until_finished(job)

    held.release()

    pipeline.succeeded(execution)
    assert pipeline.dead_letters() == 0


def test_an_answer_to_a_stale_token_is_dropped(pipeline: Pipeline) -> None:
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("stale")
    job = pipeline.waits_for_job(execution)
    pipeline.stepfunctions.stop_execution(executionArn=execution)
    pipeline.aws.training.wait_until_finished(job)

    eventually(lambda: not pipeline.keys(pipeline.layout.callbacks_of(job)) or None)
    assert pipeline.dead_letters() == 0
    assert pipeline.ended(execution)["status"] == "ABORTED"
