"""Faults that pass are retried in every step; faults that stay keep their name."""

import pytest
from botocore.exceptions import ConnectionClosedError

from lambdas.contract import State
from stacks.retries import TRANSIENT_ERRORS
from tests.second_interpreter.execution import STEPS, ScenarioExecution
from tests.second_interpreter.functions import error_document, throttled

MODULES = {
    State.VALIDATE_MANIFEST: "validate_manifest",
    State.START_TRAINING_JOB: "start_training_job",
    State.AWAIT_TRAINING_JOB: "await_training_job",
    State.RECORD_MODEL: "record_model",
}


@pytest.mark.parametrize("step", MODULES)
def test_a_fault_of_lambda_is_retried_in(step: State, execution: ScenarioExecution) -> None:
    execution.account.functions.fail(
        MODULES[step], throttled(), *(error_document(error) for error in _passing(step))
    )
    execution.write().finish()
    assert execution.states() == STEPS
    assert len(execution.jobs()) == 1


@pytest.mark.parametrize("step", MODULES)
def test_a_bug_is_not_retried_in(step: State, execution: ScenarioExecution) -> None:
    execution.account.functions.fail(MODULES[step], error_document("KeyError", "'bucket'"))
    execution.write()
    if step is State.RECORD_MODEL:
        execution.end_job()
    assert "'bucket'" in execution.failed("KeyError")
    assert execution.states() == STEPS[: STEPS.index(step) + 1]


def test_a_validation_that_ran_out_of_time_is_not_begun_again(execution: ScenarioExecution) -> None:
    execution.account.functions.fail("validate_manifest", error_document("Sandbox.Timedout"))
    execution.write().failed("Sandbox.Timedout")


def test_heartbeats_are_counted_apart_from_faults(execution: ScenarioExecution) -> None:
    execution.account.functions.fail("await_training_job", *[throttled()] * 5)
    execution.write().awaited_job()
    for _ in range(5):
        execution.miss_heartbeat()
    execution.end_job()
    execution.succeeded()


def test_a_fault_between_creating_a_job_and_saying_so_leaves_one_job(
    execution: ScenarioExecution,
) -> None:
    def break_off(job: str) -> None:
        raise ConnectionClosedError(endpoint_url="https://api.sagemaker")

    execution.account.jobs.when_created = break_off
    execution.write().finish()
    assert len(execution.jobs()) == 1
    assert len(execution.file("training-jobs.json")) == 1


def _passing(step: State) -> list[str]:
    """The names of failures that may pass, less those that are too late for a step."""
    late = {"Sandbox.Timedout"} if step is State.VALIDATE_MANIFEST else set()
    return [error for error in TRANSIENT_ERRORS if error not in late][:7]
