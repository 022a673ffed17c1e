"""What Step Functions answers is taken for what it means, and nothing else."""

import datetime as dt

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.errors import ServiceUnavailable
from lambdas.jobs.runs import Runs

MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"
EXECUTION = "arn:aws:states:us-east-1:111122223333:execution:pipeline:dogs"
ANSWERS = {"send_task_success": "succeed", "send_task_failure": "fail"}


def answer(operation: str) -> bool:
    executions = StepFunctionsExecutions()
    if operation == "send_task_success":
        return executions.succeed("token", {"status": "Completed"})
    return executions.fail("token", "TrainingClientError", "Unable to parse record.")


@pytest.mark.parametrize("operation", ANSWERS)
def test_a_task_that_waits_is_answered(stepfunctions: Stubber, operation: str) -> None:
    stepfunctions.add_response(operation, {})

    assert answer(operation)


@pytest.mark.parametrize("operation", ANSWERS)
@pytest.mark.parametrize("refusal", ["TaskTimedOut", "TaskDoesNotExist"])
def test_a_task_that_has_been_settled_needs_no_answer(
    stepfunctions: Stubber, operation: str, refusal: str
) -> None:
    stepfunctions.add_client_error(operation, refusal)

    assert not answer(operation)


@pytest.mark.parametrize("operation", ANSWERS)
@pytest.mark.parametrize("refusal", ["AccessDeniedException", "InvalidToken", "KmsAccessDenied"])
def test_any_other_refusal_of_an_answer_is_a_failure(
    stepfunctions: Stubber, operation: str, refusal: str
) -> None:
    stepfunctions.add_client_error(operation, refusal, http_status_code=400)

    with pytest.raises(ClientError):
        answer(operation)


@pytest.mark.parametrize(
    ("status", "runs"),
    [
        ("RUNNING", Runs(2, is_running=True)),
        ("PENDING_REDRIVE", Runs(2, is_running=True)),
        ("SUCCEEDED", Runs(2, is_running=False)),
        ("FAILED", Runs(2, is_running=False)),
        ("TIMED_OUT", Runs(2, is_running=False)),
        ("ABORTED", Runs(2, is_running=False)),
    ],
)
def test_a_run_of_an_execution_lasts_until_it_has_ended(
    stepfunctions: Stubber, status: str, runs: Runs
) -> None:
    stepfunctions.add_response(
        "describe_execution",
        {
            "executionArn": EXECUTION,
            "stateMachineArn": MACHINE,
            "status": status,
            "redriveCount": 2,
            "startDate": dt.datetime(2026, 1, 15, tzinfo=dt.UTC),
        },
    )

    assert StepFunctionsExecutions().runs(EXECUTION) == runs


def test_all_runs_of_an_execution_that_is_forgotten_have_ended(stepfunctions: Stubber) -> None:
    stepfunctions.add_client_error("describe_execution", "ExecutionDoesNotExist")

    assert StepFunctionsExecutions().runs(EXECUTION).has_ended(7)


def test_an_execution_that_may_not_be_looked_at_is_not_taken_for_ended(
    stepfunctions: Stubber,
) -> None:
    stepfunctions.add_client_error("describe_execution", "AccessDeniedException")

    with pytest.raises(ClientError):
        StepFunctionsExecutions().runs(EXECUTION)


def test_a_name_that_is_taken_starts_no_second_execution(stepfunctions: Stubber) -> None:
    stepfunctions.add_client_error("start_execution", "ExecutionAlreadyExists")

    assert not StepFunctionsExecutions().start(MACHINE, "dogs", b"{}")


def test_what_passes_is_told_from_what_stays(stepfunctions: Stubber) -> None:
    stepfunctions.add_client_error("start_execution", "ThrottlingException")

    with pytest.raises(ServiceUnavailable):
        StepFunctionsExecutions().start(MACHINE, "dogs", b"{}")
