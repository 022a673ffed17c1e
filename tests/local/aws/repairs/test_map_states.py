"""Inline Maps: what goes on in their iterations, abort and redrive."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.aws.probes import CAUGHT, SOURCE, callback, catch, task
from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox, eventually, unique


@pytest.fixture(scope="module")
def function(sandbox: Sandbox) -> str:
    return sandbox.function(SOURCE)


def inline_map(states: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A Map that starts its iterations at the first state."""
    return {
        "Type": "Map",
        "ItemProcessor": {"StartAt": next(iter(states)), "States": states},
        "End": True,
        **members,
    }


class Waiting:
    """An execution with a callback for each item, each of which leaves its token."""

    def __init__(self, sandbox: Sandbox, function: str, items: list[str], **members: Any) -> None:
        self.sandbox, self.prefix = sandbox, unique("tokens")
        key = f"{{% '{self.prefix}/' & $states.context.Map.Item.Value %}}"
        wait = callback(function, {"bucket": sandbox.bucket, "key": key}, Next="After")
        after = {"Type": "Pass", "Output": "{% [$states.input] %}", "End": True}
        state = inline_map({"Wait": wait, "After": after}, Items=items, **members)
        self.arn = sandbox.start(sandbox.machine({"Map": state, **CAUGHT}))

    def token(self, item: str, *, not_one_of: tuple[str, ...] = ()) -> str:
        """The token of an item, as soon as it is there."""

        def found() -> str | None:
            listed = self.sandbox.s3.list_objects_v2(
                Bucket=self.sandbox.bucket, Prefix=f"{self.prefix}/{item}/"
            )
            tokens = [self.sandbox.object(each["Key"]) for each in listed.get("Contents", [])]
            return next((token for token in tokens if token not in not_one_of), None)

        return str(eventually(found))

    def answer(self, token: str, output: Any) -> None:
        self.sandbox.states.send_task_success(taskToken=token, output=json.dumps(output))

    def fail(self, token: str) -> None:
        self.sandbox.states.send_task_failure(taskToken=token, error="Told", cause="to fail")


def test_each_iteration_waits_for_its_own_token(sandbox: Sandbox, function: str) -> None:
    waiting = Waiting(sandbox, function, ["a", "b", "c"])
    for item in ("c", "a", "b"):
        waiting.answer(waiting.token(item), item.upper())
    assert json.loads(sandbox.outcome(waiting.arn)["output"]) == [["A"], ["B"], ["C"]]


def test_no_more_iterations_run_at_once_than_allowed(sandbox: Sandbox, function: str) -> None:
    waiting = Waiting(sandbox, function, ["a", "b"], MaxConcurrency=1)
    first = waiting.token("a")
    assert sandbox.history(waiting.arn).count("MapIterationStarted") == 1
    waiting.answer(first, 1)
    waiting.answer(waiting.token("b"), 2)
    assert json.loads(sandbox.outcome(waiting.arn)["output"]) == [[1], [2]]


def test_an_iteration_has_its_own_retries_catches_and_variables(
    sandbox: Sandbox, function: str
) -> None:
    attempt = "{% $states.context.State.RetryCount %}"
    retry = [{"ErrorEquals": ["ManifestRejected"], "IntervalSeconds": 1, "MaxAttempts": 2}]
    states = {
        "Try": task(
            function,
            {"do": "{% $states.input %}", "attempt": attempt},
            Assign={"seen": "{% $states.result.Payload.event.do %}"},
            Retry=retry,
            Next="Say",
            **catch("ManifestRejected"),
        ),
        "Say": {"Type": "Pass", "Output": "{% [$seen, $outside] %}", "End": True},
        **CAUGHT,
    }
    ended = sandbox.run(
        {
            "Before": {"Type": "Pass", "Assign": {"outside": 1}, "Next": "Map"},
            "Map": inline_map(states, Items=["raise", "say"]),
        }
    )
    caught, said = json.loads(ended["output"])
    assert caught["Error"] == "ManifestRejected"
    assert said == ["say", 1]
    assert sandbox.history(ended["executionArn"]).count("TaskFailed") == 3


def test_an_iteration_that_fails_ends_the_others_and_their_tokens(
    sandbox: Sandbox, function: str
) -> None:
    waiting = Waiting(sandbox, function, ["a", "b"], **catch("Told"))
    other = waiting.token("b")
    waiting.fail(waiting.token("a"))
    ended = sandbox.outcome(waiting.arn)
    assert json.loads(ended["output"]) == {"Error": "Told", "Cause": "to fail"}
    with pytest.raises(sandbox.states.exceptions.TaskTimedOut):
        waiting.answer(other, "too late")


def test_an_abort_ends_all_iterations_and_their_tokens(sandbox: Sandbox, function: str) -> None:
    waiting = Waiting(sandbox, function, ["a", "b"])
    tokens = [waiting.token(item) for item in ("a", "b")]
    sandbox.states.stop_execution(executionArn=waiting.arn)
    assert sandbox.outcome(waiting.arn)["status"] == "ABORTED"
    for token in tokens:
        with pytest.raises(sandbox.states.exceptions.TaskTimedOut):
            waiting.answer(token, "too late")
    events = history(sandbox, waiting.arn)
    assert events[-1][1:3] == (0, "ExecutionAborted")


@pytest.mark.parametrize("ending", ["fails", "is aborted"])
def test_a_redrive_goes_on_with_the_iterations_that_did_not_succeed(
    sandbox: Sandbox, function: str, ending: str
) -> None:
    waiting = Waiting(sandbox, function, ["a", "b", "c"])
    before = {item: waiting.token(item) for item in ("a", "b", "c")}
    waiting.answer(before["b"], "first run")
    eventually(lambda: "MapIterationSucceeded" in sandbox.history(waiting.arn))
    if ending == "fails":
        waiting.fail(before["a"])
    else:
        sandbox.states.stop_execution(executionArn=waiting.arn)
    sandbox.outcome(waiting.arn)
    sandbox.states.redrive_execution(executionArn=waiting.arn)
    for item in ("a", "c"):
        waiting.answer(waiting.token(item, not_one_of=(before[item],)), "redrive")
    ended = sandbox.outcome(waiting.arn)
    assert json.loads(ended["output"]) == [["redrive"], ["first run"], ["redrive"]]
    kinds = sandbox.history(waiting.arn)
    assert (kinds.count("MapStateStarted"), kinds.count("MapIterationStarted")) == (1, 5)
    assert kinds.count("MapIterationSucceeded") == 3


def test_a_redrive_resumes_an_iteration_at_the_state_it_stood_at(sandbox: Sandbox) -> None:
    own = sandbox.function(SOURCE)
    states = {
        "Before": {"Type": "Pass", "Assign": {"kept": "{% $states.input %}"}, "Next": "Try"},
        "Try": task(own, {"do": "raise-first", "kept": "{% $kept %}"}),
    }
    execution = sandbox.start(sandbox.machine({"Map": inline_map(states, Items=[7])}))
    assert sandbox.outcome(execution)["error"] == "ManifestRejected"
    sandbox.states.redrive_execution(executionArn=execution)
    (output,) = json.loads(sandbox.outcome(execution)["output"])
    assert output["event"]["kept"] == 7
    assert sandbox.history(execution).count("PassStateEntered") == 1


def test_a_map_within_a_map_is_redriven_where_it_stood(sandbox: Sandbox) -> None:
    own = sandbox.function(SOURCE)
    inner = {
        "Good": {"Type": "Pass", "Next": "Try"},
        "Try": task(own, {"do": "raise-first"}, Output="{% $states.input %}"),
    }
    outer = {"Inner": inline_map(inner, MaxConcurrency=1)}
    state = inline_map(outer, Items=[[1, 2], [3]], MaxConcurrency=1)
    execution = sandbox.start(sandbox.machine({"Outer": state}))
    assert sandbox.outcome(execution)["status"] == "FAILED"
    sandbox.states.redrive_execution(executionArn=execution)
    assert json.loads(sandbox.outcome(execution)["output"]) == [[1, 2], [3]]
    assert sandbox.history(execution).count("PassStateEntered") == 3


def test_a_retry_of_the_map_begins_all_iterations_anew(sandbox: Sandbox) -> None:
    own = sandbox.function(SOURCE)
    retry = [{"ErrorEquals": ["ManifestRejected"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    states = {"Before": {"Type": "Pass", "Next": "Try"}, "Try": task(own, {"do": "raise-first"})}
    state = inline_map(states, Items=[1], Retry=retry)
    execution = sandbox.start(sandbox.machine({"Map": state}))
    assert sandbox.outcome(execution)["status"] == "SUCCEEDED"
    assert sandbox.history(execution).count("PassStateEntered") == 2
