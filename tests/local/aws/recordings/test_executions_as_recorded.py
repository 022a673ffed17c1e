"""The API of executions as AWS answered: LocalStack's snapshots of test_sfn_api and others."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox, eventually, unique

PASS = {"State_1": {"Type": "Pass", "Output": {"Arg1": "argument1"}, "End": True}}
WAIT = {"State_1": {"Type": "Wait", "Seconds": 1_000_000, "End": True}}
NOWHERE = "arn:aws:states:us-east-1:000000000000:execution:machine:nowhere"


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_execution_that_succeeds(sandbox: Sandbox) -> None:
    """``test_start_execution``, 2024-06-30, and ``test_describe_execution``, 2024-08-21."""
    described = sandbox.run(PASS)
    assert history(sandbox, described["executionArn"]) == [
        (1, 0, "ExecutionStarted", {"input": {}, "roleArn": "<role>"}),
        (2, 0, "PassStateEntered", {"input": {}, "name": "State_1"}),
        (3, 2, "PassStateExited", {"name": "State_1", "output": {"Arg1": "argument1"}}),
        (4, 3, "ExecutionSucceeded", {"output": {"Arg1": "argument1"}}),
    ]
    assert described.pop("output") == '{"Arg1":"argument1"}'
    varying = ("executionArn", "stateMachineArn", "name", "startDate", "stopDate")
    kept = {name: value for name, value in described.items() if name not in varying}
    del kept["ResponseMetadata"]
    assert kept == {
        "input": "{}",
        "inputDetails": {"included": True},
        "outputDetails": {"included": True},
        "redriveCount": 0,
        "redriveStatus": "NOT_REDRIVABLE",
        "redriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "status": "SUCCEEDED",
    }


def test_an_execution_that_is_stopped(sandbox: Sandbox) -> None:
    """``test_stop_execution``, 2024-05-06."""
    execution = sandbox.start(sandbox.machine(WAIT))
    eventually(lambda: "WaitStateEntered" in sandbox.history(execution))
    sandbox.states.stop_execution(executionArn=execution)
    assert history(sandbox, execution)[1:] == [
        (2, 0, "WaitStateEntered", {"input": {}, "name": "State_1"}),
        (3, 0, "ExecutionAborted", {}),
    ]
    assert not {"error", "cause", "output"} & set(sandbox.outcome(execution))


def test_an_execution_that_times_out_has_neither_error_nor_cause(sandbox: Sandbox) -> None:
    """``test_global_timeout``, 2024-03-10."""
    described = sandbox.run(WAIT, TimeoutSeconds=5)
    assert (described["status"], described["redriveStatus"]) == ("TIMED_OUT", "REDRIVABLE")
    assert not {"error", "cause", "output", "outputDetails"} & set(described)


def test_data_that_is_too_large_ends_the_execution_within_the_state(sandbox: Sandbox) -> None:
    """``test_start_large_input``, 2024-03-21."""
    state = {"Type": "Pass", "Output": ["{% $states.input %}", 1], "End": True}
    ended = sandbox.run({"State_1": state}, "a" * 262_140)
    assert history(sandbox, ended["executionArn"])[2:] == [
        (
            3,
            2,
            "ExecutionFailed",
            {
                "error": "States.DataLimitExceeded",
                "cause": "The state/task 'State_1' returned a result with a size exceeding the "
                "maximum number of bytes service limit.",
            },
        )
    ]


def test_starting_twice_under_one_name(sandbox: Sandbox) -> None:
    """``test_start_execution_idempotent``, 2024-08-21."""
    machine, name = sandbox.machine(WAIT), unique("execution")
    execution = sandbox.start(machine, {"a": 1}, name=name)
    assert sandbox.start(machine, {"a": 1}, name=name) == execution
    other = {"stateMachineArn": machine, "name": name, "input": '{"a": 2}'}
    assert refusal(sandbox.states.start_execution, **other) == (
        "ExecutionAlreadyExists",
        f"Execution Already Exists: '{execution}'",
    )
    sandbox.states.stop_execution(executionArn=execution)


def test_starting_what_does_not_exist(sandbox: Sandbox) -> None:
    """``test_invalid_start_execution_arn``, 2023-06-22."""
    missing = sandbox.machine(PASS) + "-gone"
    assert refusal(sandbox.states.start_execution, stateMachineArn=missing) == (
        "StateMachineDoesNotExist",
        f"State Machine Does Not Exist: '{missing}'",
    )


@pytest.mark.parametrize("given", ["not some json", "{'not': 'json'}", ""])
def test_an_input_that_is_not_json(sandbox: Sandbox, given: str) -> None:
    """``test_invalid_start_execution_input``, 2023-06-22."""
    request = {"stateMachineArn": sandbox.machine(PASS), "input": given}
    code, message = refusal(sandbox.states.start_execution, **request)
    assert code == "InvalidExecutionInput"
    assert message.startswith("Invalid State Machine Execution Input: '")


@pytest.mark.parametrize("given", ["2", '"text"', "null"])
def test_an_input_that_is_json_but_not_an_object(sandbox: Sandbox, given: str) -> None:
    """``test_invalid_start_execution_input``, 2023-06-22."""
    request = {"stateMachineArn": sandbox.machine(PASS), "input": given}
    execution = sandbox.states.start_execution(**request)["executionArn"]
    assert sandbox.outcome(execution)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("operation", ["describe_execution", "get_execution_history"])
def test_an_execution_that_does_not_exist(sandbox: Sandbox, operation: str) -> None:
    """``test_describe_execution_no_such_state_machine`` and its neighbours, 2024-03-08."""
    call = getattr(sandbox.states, operation)
    assert refusal(call, executionArn=NOWHERE) == (
        "ExecutionDoesNotExist",
        f"Execution Does Not Exist: '{NOWHERE}'",
    )
    assert refusal(call, executionArn="nowhere") == (
        "InvalidArn",
        "Invalid Arn: 'Invalid ARN prefix: nowhere'",
    )


def test_a_history_from_its_end(sandbox: Sandbox) -> None:
    """``test_get_execution_history_reversed``, 2024-01-28."""
    execution = sandbox.run(PASS)["executionArn"]
    events = sandbox.states.get_execution_history(executionArn=execution, reverseOrder=True)
    found = [(event["id"], event["previousEventId"], event["type"]) for event in events["events"]]
    assert found == [
        (4, 3, "ExecutionSucceeded"),
        (3, 2, "PassStateExited"),
        (2, 0, "PassStateEntered"),
        (1, 0, "ExecutionStarted"),
    ]
