"""Lambda tasks as AWS answered: LocalStack's snapshots of test_task_service_lambda and others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.aws.probes import CAUGHT, task
from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox

RESOURCE = {"resource": "invoke", "resourceType": "lambda"}
SOURCE = """
    import time

    class CustomException(Exception):
        pass

    def handler(event, context):
        if event.get("do") == "fail":
            raise CustomException(event["message"])
        if event.get("do") == "sleep":
            time.sleep(600)
        if event.get("do") == "grow":
            return event["letter"] * event["length"]
        return event
"""
MESSAGE = "Some exception was raised: ü"


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    return sandbox.function(SOURCE)


def fails(function: str, **members: Any) -> dict[str, Any]:
    return task(function, {"do": "fail", "message": MESSAGE}, **members)


def caught(*errors: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": [*errors], "Output": "{% $states.errorOutput %}", "Next": "Caught"}]


def test_a_function_that_raises(sandbox: Sandbox, function: str) -> None:
    """``test_raise_exception`` and ``test_raise_custom_exception``, 2024-11-28."""
    ended = sandbox.run({"Start": fails(function)})
    cause = json.loads(ended["cause"])
    assert list(cause) == ["errorMessage", "errorType", "requestId", "stackTrace"]
    assert ended["cause"] == json.dumps(cause, separators=(",", ":"), ensure_ascii=False)
    assert (cause["errorMessage"], cause["errorType"]) == (MESSAGE, "CustomException")
    (frame,) = cause["stackTrace"]
    assert frame.startswith('  File "')
    assert frame.endswith(', in handler\n    raise CustomException(event["message"])\n')
    failure = {"error": "CustomException", "cause": {**cause, "requestId": "<request>"}}
    assert history(sandbox, ended["executionArn"])[2:] == [
        (
            3,
            2,
            "TaskScheduled",
            {
                "parameters": {
                    "FunctionName": function,
                    "Payload": {"do": "fail", "message": MESSAGE},
                },
                "region": "<region>",
                **RESOURCE,
            },
        ),
        (4, 3, "TaskStarted", RESOURCE),
        (5, 4, "TaskFailed", {**failure, **RESOURCE}),
        (6, 5, "ExecutionFailed", failure),
    ]


def test_a_caught_failure(sandbox: Sandbox, function: str) -> None:
    """``test_raise_custom_exception``, 2024-11-28: the cause stays the text that it is."""
    ended = sandbox.run({"Start": fails(function, Catch=caught("CustomException")), **CAUGHT})
    output = json.loads(ended["output"])
    assert list(output) == ["Error", "Cause"]
    assert output["Error"] == "CustomException"
    assert json.loads(output["Cause"])["errorMessage"] == MESSAGE
    events = history(sandbox, ended["executionArn"])
    assert [event[:3] for event in events[4:]] == [
        (5, 4, "TaskFailed"),
        (6, 5, "TaskStateExited"),
        (7, 6, "PassStateEntered"),
        (8, 7, "PassStateExited"),
        (9, 8, "ExecutionSucceeded"),
    ]
    assert events[5][3] == {"name": "Start", "output": output}


def test_a_function_that_does_not_exist(sandbox: Sandbox) -> None:
    """``test_no_such_function``, 2025-11-25."""
    name = "arn:aws:lambda:us-east-1:000000000000:function:no-such-function"
    ended = sandbox.run({"Start": task(name, {})})
    assert ended["error"] == "Lambda.ResourceNotFoundException"
    before, _, after = ended["cause"].partition("Request ID: ")
    assert before == (
        f"Function not found: {name}:$LATEST (Service: AWSLambda; Status Code: 404; Error Code: "
        "ResourceNotFoundException; "
    )
    assert after.endswith("; Proxy: null)")


def test_a_function_that_takes_too_long_for_the_state(sandbox: Sandbox, function: str) -> None:
    """``test_fixed_timeout_service_lambda``, 2024-03-10."""
    ended = sandbox.run({"Start": task(function, {"do": "sleep"}, TimeoutSeconds=1)})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    assert "cause" not in ended
    events = history(sandbox, ended["executionArn"])
    assert events[2][3]["timeoutInSeconds"] == 1
    assert events[4:] == [
        (5, 4, "TaskTimedOut", {"error": "States.Timeout", **RESOURCE}),
        (6, 5, "ExecutionFailed", {"error": "States.Timeout"}),
    ]


def test_a_retried_function(sandbox: Sandbox, function: str) -> None:
    """``test_lambda_service_invoke_with_retry_extended_input``, 2023-10-24."""
    payload = {"do": "fail", "message": "{% $string($states.context.State.RetryCount) %}"}
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}]
    state = task(function, payload, Retry=retry, Catch=caught("States.ALL"))
    ended = sandbox.run({"Start": state, **CAUGHT})
    assert json.loads(json.loads(ended["output"])["Cause"])["errorMessage"] == "3"
    events = history(sandbox, ended["executionArn"])
    attempts = [event[2] for event in events[2:14]]
    assert attempts == ["TaskScheduled", "TaskStarted", "TaskFailed"] * 4
    counts = [e[3]["parameters"]["Payload"]["message"] for e in events if e[2] == "TaskScheduled"]
    assert counts == ["0", "1", "2", "3"]
    assert events[14][:3] == (15, 14, "TaskStateExited")


def test_no_retry(sandbox: Sandbox, function: str) -> None:
    """``test_retry_interval_features_max_attempts_zero``, 2024-03-27."""
    retry = [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 0}]
    ended = sandbox.run({"Start": fails(function, Retry=retry)})
    assert [event[2] for event in history(sandbox, ended["executionArn"])[4:]] == [
        "TaskFailed",
        "ExecutionFailed",
    ]


@pytest.mark.parametrize("errors", ["States.DataLimitExceeded", "States.ALL"])
def test_an_answer_that_is_too_large_in_utf_8(sandbox: Sandbox, function: str, errors: str) -> None:
    """``test_service_task_lambada_data_limit_exceeded_on_large_utf8_response``, 2024-03-21."""
    payload = {"do": "grow", "letter": "ü", "length": 131_073}
    ended = sandbox.run({"Start": task(function, payload, Catch=caught(errors)), **CAUGHT})
    failure = {
        "error": "States.DataLimitExceeded",
        "cause": "The state/task 'lambda' returned a result with a size exceeding the maximum "
        "number of bytes service limit.",
    }
    assert json.loads(ended["output"]) == {
        "Error": failure["error"],
        "Cause": failure["cause"],
    }
    assert history(sandbox, ended["executionArn"])[4] == (
        5,
        4,
        "TaskFailed",
        {**failure, **RESOURCE},
    )
