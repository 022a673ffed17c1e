"""Each way in which a training job ends has its own error, or starts the next job."""

import json

import pytest

from lambdas.contract import State
from lambdas.errors import (
    CapacityExhausted,
    MaxRuntimeExceeded,
    MaxWaitTimeExceeded,
    PipelineError,
    RedrivenJobEnded,
    ResourceLimitExceeded,
    TrainingAlgorithmError,
    TrainingClientError,
    TrainingInternalServerError,
    TrainingJobFailed,
    TrainingJobStopped,
)
from tests.second_interpreter.execution import STEPS, ScenarioExecution
from tests.second_interpreter.functions import error_document

NO_CAPACITY = "CapacityError: Unable to provision requested ML compute capacity."
INTERNAL = "InternalServerError: We encountered an internal error."


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("ClientError: Unable to parse record. , exit code: 2", TrainingClientError),
        ("AlgorithmError: out of memory", TrainingAlgorithmError),
        ("Something new", TrainingJobFailed),
    ],
)
def test_a_job_that_fails_is_final_and_its_reason_is_the_cause(
    execution: ScenarioExecution, reason: str, error: type[PipelineError]
) -> None:
    execution.write().end_job("Failed", reason=reason)
    assert reason in execution.failed(error)
    assert execution.states() == STEPS[:3]
    assert len(execution.jobs()) == 1


@pytest.mark.parametrize(
    ("secondary", "error"),
    [
        ("Stopped", TrainingJobStopped),
        ("MaxRuntimeExceeded", MaxRuntimeExceeded),
        ("MaxWaitTimeExceeded", MaxWaitTimeExceeded),
    ],
)
def test_each_way_to_be_stopped_has_its_own_error(
    execution: ScenarioExecution, secondary: str, error: type[PipelineError]
) -> None:
    execution.write().end_job("Stopped", secondary)
    execution.failed(error)


def test_a_job_that_finds_no_capacity_is_followed_by_one_of_the_next_type(
    execution: ScenarioExecution,
) -> None:
    execution.write().end_job("Failed", reason=NO_CAPACITY)
    output = execution.finish(2)
    first, second = _types(execution)[:2]
    assert execution.states() == [*STEPS[:3], State.NEXT_INSTANCE_TYPE, *STEPS[1:]]
    assert output["instance_type"] == second
    trained = [bill["instance_type"] for bill in output["bills"][:2]]
    assert trained == [first, second]
    assert execution.account.interpreter.pauses == [0]


def test_capacity_that_is_refused_at_once_comes_round_to_the_first_type(
    execution: ScenarioExecution,
) -> None:
    types = _types(execution)
    execution.account.jobs.refusals = ["CapacityError"] * len(types)
    output = execution.write().finish()
    assert output["instance_type"] == types[0]
    assert execution.jobs()[0].endswith(f"-{len(types) + 1}")
    assert execution.account.interpreter.pauses == [*[0] * (len(types) - 1), 600]


def test_capacity_that_is_nowhere_is_given_up_after_so_many_rounds(
    execution: ScenarioExecution,
) -> None:
    types = _types(execution)
    rounds = int(execution.account.functions.variable("start_training_job", "MAX_CAPACITY_ROUNDS"))
    execution.account.jobs.refusals = ["CapacityError"] * 99
    execution.write().failed(CapacityExhausted)
    assert 99 - len(execution.account.jobs.refusals) == rounds * len(types)
    assert execution.jobs() == []


def test_a_failure_inside_sagemaker_is_followed_by_one_more_job(
    execution: ScenarioExecution,
) -> None:
    execution.write().end_job("Failed", reason=INTERNAL)
    output = execution.finish(2)
    assert execution.states() == [*STEPS[:3], *STEPS[1:]]
    assert output["training_job"] == execution.jobs()[1]
    assert _started(execution) == [(0, 0, 0), (1, 0, 1)]


def test_a_second_failure_inside_sagemaker_is_final(execution: ScenarioExecution) -> None:
    execution.write().end_job("Failed", reason=INTERNAL)
    execution.awaited_job(2)
    execution.end_job("Failed", reason=INTERNAL)
    execution.failed(TrainingInternalServerError)
    assert len(execution.jobs()) == 2


def test_a_job_that_failed_before_a_redrive_is_replaced_and_failures_count_anew(
    execution: ScenarioExecution,
) -> None:
    """The interpreter cannot redrive: the function says what it would say after it."""
    execution.write().end_job("Failed", reason=INTERNAL)
    second = execution.awaited_job(2)
    execution.account.jobs.end(second, "Failed", reason=INTERNAL)
    redriven = error_document(RedrivenJobEnded.__name__)
    execution.account.functions.fail("await_training_job", redriven)
    execution.account.tokens.miss_heartbeat()
    execution.finish(3)
    assert _started(execution) == [(0, 0, 0), (1, 0, 1), (2, 0, 0)]


def test_a_quota_is_asked_for_again(execution: ScenarioExecution) -> None:
    execution.account.jobs.refusals = ["ResourceLimitExceeded"] * 2 * len(_types(execution))
    execution.write().finish()
    assert execution.states() == STEPS
    assert execution.jobs()[0].endswith("-1")
    assert execution.account.interpreter.pauses == [300, 300]


def test_a_quota_that_stays_is_given_up_after_a_day_and_explained(
    execution: ScenarioExecution,
) -> None:
    refused = error_document(ResourceLimitExceeded.__name__)
    execution.account.functions.fail("start_training_job", *[refused] * 288)
    execution.account.jobs.refusals = ["ResourceLimitExceeded"] * len(_types(execution))
    cause = execution.write().failed(ResourceLimitExceeded)
    assert "Service Quotas" in json.loads(cause)["errorMessage"]
    assert sum(execution.account.interpreter.pauses) == 24 * 3600


def _types(execution: ScenarioExecution) -> list[str]:
    types: list[str] = json.loads(
        execution.account.functions.variable("start_training_job", "INSTANCE_TYPES")
    )
    return types


def _started(execution: ScenarioExecution) -> list[tuple[int, int, int]]:
    """Attempt, missed capacity and internal errors of each job that was asked for."""
    return [
        (each["attempt"], each["capacity_misses"], each["internal_errors"])
        for each in execution.account.functions.payloads["start_training_job"]
    ]
