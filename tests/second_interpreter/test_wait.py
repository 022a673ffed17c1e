"""However the end of a training job arrives, the execution is answered once and truly."""

import pytest

from lambdas.adapters import clients
from lambdas.errors import ServiceUnavailable, TrainingAlgorithmError
from tests.second_interpreter.deployed import BUCKET
from tests.second_interpreter.execution import STEPS, ScenarioExecution


def test_a_missed_heartbeat_registers_another_token(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    execution.miss_heartbeat()
    assert execution.happened().count("TaskTimedOut") == 1
    assert len(execution.callbacks()) == 1
    execution.end_job()
    execution.succeeded()
    assert execution.states() == STEPS
    assert execution.jobs() == [job]


def test_a_missed_heartbeat_has_the_error_that_was_recorded_on_aws(
    execution: ScenarioExecution,
) -> None:
    execution.write().awaited_job()
    execution.miss_heartbeat()
    (details,) = execution.details("taskTimedOutEventDetails")
    assert details["error"] == "States.Timeout"
    assert "cause" not in details


def test_heartbeats_may_be_missed_for_days(execution: ScenarioExecution) -> None:
    execution.write().awaited_job()
    for _ in range(20):
        execution.miss_heartbeat()
    execution.end_job()
    execution.succeeded()
    assert execution.account.interpreter.pauses == [1] * 20


def test_a_lost_event_costs_one_heartbeat(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    execution.account.jobs.end(job, "Completed")
    execution.account.tokens.miss_heartbeat()
    execution.succeeded()
    assert execution.states() == STEPS


def test_an_end_before_the_token_is_answered_at_once(execution: ScenarioExecution) -> None:
    execution.account.jobs.when_created = lambda job: execution.account.jobs.end(job, "Completed")
    execution.write().succeeded()
    assert "TaskTimedOut" not in execution.happened()


def test_a_failure_before_the_token_is_answered_at_once(execution: ScenarioExecution) -> None:
    execution.account.jobs.when_created = lambda job: execution.account.jobs.end(
        job, "Failed", reason="AlgorithmError: out of memory"
    )
    execution.write().failed(TrainingAlgorithmError)
    assert "TaskTimedOut" not in execution.happened()


def test_an_event_that_comes_again_answers_once(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    execution.account.jobs.end(job, "Completed")
    answered = [execution.account.training_job_ended(job) for _ in range(3)]
    assert answered == [1, 0, 0]
    execution.succeeded()
    assert execution.account.training_job_ended(job) == 0
    assert execution.states() == STEPS


def test_an_answer_to_a_task_that_was_answered_is_dropped(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    (key,) = execution.callbacks()
    held = execution.object(key)
    execution.end_job()
    execution.succeeded()
    clients.s3().put_object(Bucket=BUCKET, Key=key, Body=held)
    assert execution.account.training_job_ended(job) == 1
    assert execution.callbacks() == []
    assert execution.described()["status"] == "SUCCEEDED"


def test_an_answer_with_the_token_of_a_missed_heartbeat_is_dropped(
    execution: ScenarioExecution,
) -> None:
    job = execution.write().awaited_job()
    (key,) = execution.callbacks()
    stale = execution.object(key)
    execution.miss_heartbeat()
    clients.s3().put_object(Bucket=BUCKET, Key=key, Body=stale)
    execution.account.jobs.end(job, "Completed")
    execution.account.training_job_ended(job)
    assert execution.account.tokens.waiting()
    execution.account.tokens.miss_heartbeat()
    execution.succeeded()


def test_an_answer_after_an_abort_is_dropped(execution: ScenarioExecution) -> None:
    job = execution.write().awaited_job()
    execution.abort()
    execution.account.jobs.end(job, "Completed")
    assert execution.account.training_job_ended(job) == 1
    assert execution.callbacks() == []
    assert execution.described()["status"] == "ABORTED"


def test_an_event_that_overtakes_the_description_is_tried_again(
    execution: ScenarioExecution,
) -> None:
    job = execution.write().awaited_job()
    with pytest.raises(ServiceUnavailable):
        execution.account.training_job_ended(job)
    execution.account.jobs.end(job, "Completed")
    assert execution.account.training_job_ended(job) == 1
    execution.succeeded()
