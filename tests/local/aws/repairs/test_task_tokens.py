"""Task tokens of the embedded Step Functions: answered, late, repeated, timed out."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.probes import CAUGHT, SOURCE, callback, catch
from tests.local.aws.sandbox import CLOCK_SPEED, Sandbox, allow, eventually, unique


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    return sandbox.function(SOURCE)


def waiting(sandbox: Sandbox, function: str, **members: Any) -> tuple[str, dict[str, Any]]:
    """A folder that tokens are written to, and a state that writes one and waits."""
    folder = unique("tokens")
    return folder, callback(function, {"bucket": sandbox.bucket, "key": folder}, **members)


def tokens(sandbox: Sandbox, folder: str, count: int = 1) -> list[str]:
    """The tokens written to a folder, oldest first, once there are ``count``."""

    def written() -> list[Any]:
        listed = sandbox.s3.list_objects_v2(Bucket=sandbox.bucket, Prefix=folder + "/")
        objects = listed.get("Contents", [])
        return objects if len(objects) >= count else []

    keys = sorted((item["Key"] for item in eventually(written)), key=_call)
    return [str(sandbox.object(key)) for key in keys]


def _call(key: str) -> int:
    """The number of the function's call that wrote a token."""
    return int(key.rpartition("/")[2])


def timed_out_at(sandbox: Sandbox, execution: str) -> float:
    """The time at which a task of an execution timed out, in epoch seconds."""
    events = sandbox.states.get_execution_history(executionArn=execution)["events"]
    (event,) = (event for event in events if event["type"] == "TaskTimedOut")
    return float(event["timestamp"].timestamp())


def error_code(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])


def test_an_answer_is_the_output_of_the_waiting_task(sandbox: Sandbox, function: str) -> None:
    folder, state = waiting(sandbox, function)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    token = tokens(sandbox, folder)[0]
    assert 500 < len(token) <= 2048
    sandbox.states.send_task_success(taskToken=token, output='{"status": "Completed"}')
    assert json.loads(sandbox.outcome(execution)["output"]) == {"status": "Completed"}
    assert sandbox.history(execution) == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_a_function_may_answer_before_it_returns(sandbox: Sandbox, function: str) -> None:
    payload = {"do": "answer", "bucket": sandbox.bucket, "key": unique("answered")}
    ended = sandbox.run({"Wait": callback(function, payload)})
    assert ended["output"] == '"answered"'


def test_a_failure_answer_fails_the_task_under_its_name(sandbox: Sandbox, function: str) -> None:
    folder, state = waiting(sandbox, function, **catch("TrainingFailed"))
    execution = sandbox.start(sandbox.machine({"Wait": state, **CAUGHT}))
    sandbox.states.send_task_failure(
        taskToken=tokens(sandbox, folder)[0], error="TrainingFailed", cause="bad data"
    )
    caught = json.loads(sandbox.outcome(execution)["output"])
    assert caught == {"Error": "TrainingFailed", "Cause": "bad data"}


def test_a_callback_function_that_raises_fails_its_task_at_once(
    sandbox: Sandbox, function: str
) -> None:
    state = callback(function, {"do": "raise"}, **catch("ManifestRejected"))
    caught = json.loads(sandbox.run({"Wait": state, **CAUGHT})["output"])
    assert caught["Error"] == "ManifestRejected"


@pytest.mark.parametrize(
    "limit",
    [
        {"HeartbeatSeconds": 30},
        {"HeartbeatSeconds": "{% $states.input.limit %}"},
        {"TimeoutSeconds": 30},
        {"TimeoutSeconds": "{% $states.input.limit %}"},
        {"TimeoutSeconds": 30, "HeartbeatSeconds": 90_000},
    ],
)
def test_a_limit_of_a_callback_is_kept(
    sandbox: Sandbox, function: str, limit: dict[str, Any]
) -> None:
    _folder, state = waiting(sandbox, function, **limit)
    ended = sandbox.run({"Wait": state}, {"limit": 30})
    assert (ended["status"], ended["error"]) == ("FAILED", "States.Timeout")
    assert "TaskTimedOut" in sandbox.history(ended["executionArn"])


def test_a_heartbeat_starts_the_time_anew(sandbox: Sandbox, function: str) -> None:
    heartbeat = 3.0
    folder, state = waiting(sandbox, function, HeartbeatSeconds=heartbeat * CLOCK_SPEED)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    token = tokens(sandbox, folder)[0]
    eventually(lambda: "TaskSubmitted" in sandbox.history(execution))
    time.sleep(0.2)
    beat = time.time()
    sandbox.states.send_task_heartbeat(taskToken=token)
    sandbox.outcome(execution)
    assert timed_out_at(sandbox, execution) - beat >= heartbeat - 0.01


def test_each_attempt_has_a_token_of_its_own_and_the_old_one_is_too_late(
    sandbox: Sandbox, function: str
) -> None:
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 99}]
    folder, state = waiting(sandbox, function, HeartbeatSeconds=60, Retry=retry)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    first, second, *_ = tokens(sandbox, folder, 2)
    assert first != second
    answer = {"taskToken": first, "output": "{}"}
    assert error_code(sandbox.states.send_task_success, **answer) == "TaskTimedOut"
    sandbox.states.stop_execution(executionArn=execution)


def test_a_token_is_answered_once(sandbox: Sandbox, function: str) -> None:
    folder, state = waiting(sandbox, function)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    answer = {"taskToken": tokens(sandbox, folder)[0], "output": '"first"'}
    sandbox.states.send_task_success(**answer)
    answer["output"] = '"second"'
    assert error_code(sandbox.states.send_task_success, **answer) == "TaskTimedOut"
    assert sandbox.outcome(execution)["output"] == '"first"'


def test_a_token_nobody_issued_is_invalid(sandbox: Sandbox) -> None:
    call = sandbox.states.send_task_failure
    assert error_code(call, taskToken="AQCk" + "x" * 600) == "InvalidToken"


def test_an_answer_must_be_json(sandbox: Sandbox, function: str) -> None:
    folder, state = waiting(sandbox, function)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    answer = {"taskToken": tokens(sandbox, folder)[0], "output": "not json"}
    assert error_code(sandbox.states.send_task_success, **answer) == "InvalidOutput"
    sandbox.states.stop_execution(executionArn=execution)


def test_stopping_an_execution_ends_its_wait(sandbox: Sandbox, function: str) -> None:
    folder, state = waiting(sandbox, function)
    execution = sandbox.start(sandbox.machine({"Wait": state}))
    answer = {"taskToken": tokens(sandbox, folder)[0], "output": "{}"}
    sandbox.states.stop_execution(executionArn=execution)
    eventually(lambda: error_code(sandbox.states.send_task_success, **answer) == "TaskTimedOut")
    assert sandbox.outcome(execution)["status"] == "ABORTED"


def test_an_answer_needs_permission_for_the_state_machine_of_the_token(
    sandbox: Sandbox, function: str
) -> None:
    folder, state = waiting(sandbox, function)
    machine = sandbox.machine({"Wait": state})
    execution = sandbox.start(machine)
    token = tokens(sandbox, folder)[0]
    source = """
        import boto3, botocore.exceptions
        def handler(event, context):
            try:
                boto3.client("stepfunctions").send_task_success(taskToken=event, output="{}")
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
    """
    codes = []
    for resource in (machine + "-other", machine):
        role = sandbox.role("lambda.amazonaws.com", allow("states:SendTaskSuccess", resource))
        answering = sandbox.function(source, role=role)
        answer = sandbox.functions.invoke(FunctionName=answering, Payload=json.dumps(token))
        codes.append(json.loads(answer["Payload"].read()))
    assert codes == ["AccessDeniedException", None]
    assert sandbox.outcome(execution)["status"] == "SUCCEEDED"
