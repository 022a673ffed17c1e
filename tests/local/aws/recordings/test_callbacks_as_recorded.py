"""Callbacks as AWS answered them: LocalStack's snapshots of test_callback and test_heartbeats.

Recorded with ``sqs:sendMessage.waitForTaskToken``; here the pipeline's integration, Lambda.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.probes import CAUGHT, SOURCE, TOKEN, callback
from tests.local.aws.recordings.histories import Event, history
from tests.local.aws.sandbox import Sandbox, eventually, unique

RESOURCE = {"resource": "invoke.waitForTaskToken", "resourceType": "lambda"}


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    return sandbox.function(SOURCE)


class Waiting:
    """An execution whose only task has handed its token to a function and waits."""

    def __init__(self, sandbox: Sandbox, function: str, **members: Any) -> None:
        self._sandbox = sandbox
        self._key = unique("token")
        payload = {"bucket": sandbox.bucket, "key": self._key, "task_token": TOKEN}
        state = callback(function, payload, **members)
        self.arn = sandbox.start(sandbox.machine({"Wait": state, **CAUGHT}), {"Message": "txt"})

    @property
    def token(self) -> str:
        return str(eventually(lambda: self._sandbox.object(f"{self._key}/1") or self._newest()))

    def _newest(self) -> str | None:
        listed = self._sandbox.s3.list_objects_v2(Bucket=self._sandbox.bucket, Prefix=self._key)
        found = listed.get("Contents", [])
        return self._sandbox.object(found[-1]["Key"]) if found else None

    def ended(self) -> dict[str, Any]:
        return self._sandbox.outcome(self.arn)

    def history(self) -> list[Event]:
        return history(self._sandbox, self.arn)


def beginning(events: list[Event], **limits: int) -> None:
    """Assert what every recorded wait begins with."""
    scheduled = {name: events[2][3].get(name) for name in ("region", *limits)}
    assert scheduled == {"region": "<region>", **limits}
    assert [event[:3] for event in events[:5]] == [
        (1, 0, "ExecutionStarted"),
        (2, 0, "TaskStateEntered"),
        (3, 2, "TaskScheduled"),
        (4, 3, "TaskStarted"),
        (5, 4, "TaskSubmitted"),
    ]
    assert events[0][3] == {"input": {"Message": "txt"}, "roleArn": "<role>"}
    assert events[1][3] == {"input": {"Message": "txt"}, "name": "Wait"}
    assert events[3][3] == RESOURCE


def test_an_answer(sandbox: Sandbox, function: str) -> None:
    """``test_sqs_wait_for_task_token``, 2024-04-18."""
    waiting = Waiting(sandbox, function)
    sandbox.states.send_task_success(taskToken=waiting.token, output='"test_message_txt"')
    assert waiting.ended()["output"] == '"test_message_txt"'
    events = waiting.history()
    beginning(events)
    assert not {"timeoutInSeconds", "heartbeatInSeconds"} & set(events[2][3])
    output = {"output": "test_message_txt"}
    assert events[5:] == [
        (6, 5, "TaskSucceeded", {**output, **RESOURCE}),
        (7, 6, "TaskStateExited", {"name": "Wait", **output}),
        (8, 7, "ExecutionSucceeded", output),
    ]


def test_a_failure_answer(sandbox: Sandbox, function: str) -> None:
    """``test_sqs_failure_in_wait_for_task_token``, 2024-04-18."""
    waiting = Waiting(sandbox, function)
    failure = {"error": "Failure error", "cause": "Failure cause"}
    sandbox.states.send_task_failure(taskToken=waiting.token, **failure)
    described = waiting.ended()
    assert {name: described[name] for name in failure} == failure
    assert waiting.history()[5:] == [
        (6, 5, "TaskFailed", {**failure, **RESOURCE}),
        (7, 6, "ExecutionFailed", failure),
    ]


def test_a_failure_answer_that_names_no_error(sandbox: Sandbox, function: str) -> None:
    """``test_sqs_failure_in_wait_for_task_tok_no_error_field``, 2024-04-29."""
    catcher = {"ErrorEquals": ["States.ALL"], "Next": "Caught"}
    waiting = Waiting(sandbox, function, Catch=[{**catcher, "Output": "{% $states.errorOutput %}"}])
    sandbox.states.send_task_failure(taskToken=waiting.token)
    assert json.loads(waiting.ended()["output"]) == {"Error": None, "Cause": None}
    assert waiting.history()[5:7] == [
        (6, 5, "TaskFailed", RESOURCE),
        (7, 6, "TaskStateExited", {"name": "Wait", "output": {"Error": None, "Cause": None}}),
    ]


@pytest.mark.parametrize(
    ("limits", "recorded"),
    [
        (
            {"HeartbeatSeconds": 5, "TimeoutSeconds": 600_000},
            {"heartbeatInSeconds": 5, "timeoutInSeconds": 600_000},
        ),
        ({"TimeoutSeconds": 5}, {"timeoutInSeconds": 5}),
    ],
    ids=["heartbeat", "timeout"],
)
def test_a_missed_heartbeat_and_a_timeout_have_one_name_and_no_cause(
    sandbox: Sandbox, function: str, limits: dict[str, int], recorded: dict[str, int]
) -> None:
    """``test_heartbeat_timeout`` and ``test_sqs_wait_for_task_token_timeout``, 2024-04-18."""
    waiting = Waiting(sandbox, function, **limits)
    described = waiting.ended()
    assert (described["error"], "cause" in described) == ("States.Timeout", False)
    events = waiting.history()
    beginning(events, **recorded)
    assert events[5:] == [
        (6, 5, "TaskTimedOut", {"error": "States.Timeout", **RESOURCE}),
        (7, 6, "ExecutionFailed", {"error": "States.Timeout"}),
    ]


def test_a_caught_timeout_has_an_empty_cause(sandbox: Sandbox, function: str) -> None:
    """``test_invoke_timeout``, 2024-11-28."""
    catcher = {"ErrorEquals": ["States.Timeout"], "Next": "Caught"}
    waiting = Waiting(
        sandbox,
        function,
        HeartbeatSeconds=5,
        Catch=[{**catcher, "Output": "{% $states.errorOutput %}"}],
    )
    assert json.loads(waiting.ended()["output"]) == {"Error": "States.Timeout", "Cause": ""}


def test_heartbeats_leave_no_trace_in_the_history(sandbox: Sandbox, function: str) -> None:
    """``test_multiple_heartbeat_notifications``, 2024-04-18."""
    waiting = Waiting(sandbox, function, HeartbeatSeconds=600_000)
    for _ in range(3):
        sandbox.states.send_task_heartbeat(taskToken=waiting.token)
    sandbox.states.send_task_success(taskToken=waiting.token, output='{"Message": "txt"}')
    waiting.ended()
    assert [event[2] for event in waiting.history()[4:]] == [
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "ExecutionSucceeded",
    ]


def test_an_answer_after_the_end_of_the_execution(sandbox: Sandbox, function: str) -> None:
    """The words of AWS: aws-samples/amazon-mwaa-examples, issue 61."""
    waiting = Waiting(sandbox, function)
    token = waiting.token
    sandbox.states.stop_execution(executionArn=waiting.arn)
    with pytest.raises(ClientError) as late:
        sandbox.states.send_task_success(taskToken=token, output="{}")
    assert late.value.response["Error"] == {
        "Code": "TaskTimedOut",
        "Message": "Task Timed Out: 'Provided task does not exist anymore'",
    }
