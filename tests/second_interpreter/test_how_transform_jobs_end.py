"""However a transform job ends, the item of Predict that awaits it is answered once and truly."""

import json

import pytest

from lambdas.contract import State
from lambdas.errors import (
    PredictionsIncomplete,
    TransformInternalServerError,
    TransformJobStopped,
    TransformTimedOut,
)
from tests.second_interpreter.execution import STEPS, ScenarioExecution

NO_CAPACITY = "CapacityError: Unable to provision requested ML compute capacity."
INTERNAL = "InternalServerError: We encountered an internal error."
TO_AWAIT = STEPS[: STEPS.index(State.AWAIT_TRANSFORM_JOB) + 1]
FROM_START = STEPS[STEPS.index(State.START_TRANSFORM_JOB) :]


@pytest.fixture
def predicting(execution: ScenarioExecution) -> ScenarioExecution:
    """An execution that waits for its first transform job; the next one would be held, too."""
    execution.account.transform.to_hold = 2
    execution.write().end_job()
    execution.awaited_transform_job()
    return execution


def test_a_job_that_completes_is_answered_by_its_event(predicting: ScenarioExecution) -> None:
    predicting.end_transform_job("Completed")
    predicting.succeeded()
    assert predicting.states() == STEPS
    assert predicting.callbacks() == []


def test_a_job_that_finds_no_capacity_is_followed_by_one_of_the_next_type(
    predicting: ScenarioExecution,
) -> None:
    types = json.loads(
        predicting.account.functions.variable("start_transform_job", "TRANSFORM_INSTANCE_TYPES")
    )
    predicting.end_transform_job("Failed", NO_CAPACITY)
    predicting.awaited_transform_job(2)
    predicting.end_transform_job("Completed")
    output = predicting.succeeded()
    again = [State.NEXT_TRANSFORM_INSTANCE_TYPE, *FROM_START]
    assert predicting.states() == [*TO_AWAIT, *again]
    assert [bill["instance_type"] for bill in output["bills"][1:]] == types[:2]
    assert len(predicting.jobs()) == 1


def test_a_failure_inside_sagemaker_is_followed_by_one_more_job_and_no_third(
    predicting: ScenarioExecution,
) -> None:
    predicting.end_transform_job("Failed", INTERNAL)
    predicting.awaited_transform_job(2)
    predicting.end_transform_job("Failed", INTERNAL)
    assert INTERNAL in predicting.failed(TransformInternalServerError)
    assert predicting.states() == [*TO_AWAIT, *FROM_START[:2]]
    assert len(predicting.account.transform.names()) == 2


def test_a_job_that_fails_without_answers_fails_the_evaluation_with_its_reason(
    predicting: ScenarioExecution,
) -> None:
    predicting.end_transform_job("Failed", "AlgorithmError: See job logs")
    cause = predicting.failed(PredictionsIncomplete)
    assert "AlgorithmError: See job logs" in json.loads(cause)["errorMessage"]
    assert predicting.states() == [*TO_AWAIT, State.EVALUATE_MODEL]
    assert len(predicting.account.transform.names()) == 1


def test_a_job_that_somebody_stops_fails_its_item(predicting: ScenarioExecution) -> None:
    predicting.end_transform_job("Stopped")
    predicting.failed(TransformJobStopped)
    assert predicting.states() == TO_AWAIT
    assert predicting.account.transform.stops == []


def test_a_lost_event_costs_one_heartbeat(predicting: ScenarioExecution) -> None:
    (job,) = predicting.account.transform.names()
    predicting.account.transform.end(job, "Completed")
    predicting.account.tokens.miss_heartbeat()
    predicting.succeeded()
    assert predicting.states() == STEPS
    assert predicting.happened().count("TaskTimedOut") == 1


def test_a_job_that_hangs_is_stopped_at_a_heartbeat(predicting: ScenarioExecution) -> None:
    (job,) = predicting.account.transform.names()
    longest = predicting.account.functions.variable("start_transform_job", "MAX_TRANSFORM_SECONDS")
    predicting.miss_heartbeat()
    assert predicting.account.transform.stops == []
    predicting.account.transform.age(job, int(longest))
    predicting.miss_heartbeat()
    assert predicting.account.transform.stops == [job]
    predicting.end_transform_job("Stopped")
    predicting.failed(TransformTimedOut)
