"""Inline Maps as AWS ran them: LocalStack's snapshots of test_base_scenarios and test_timeouts.

Recorded in JSONPath where nothing else is said; here in JSONata, which the pipeline is in.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.aws.probes import SOURCE, callback
from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox

PASS = {"Type": "Pass", "End": True}
FAIL = {"Type": "Fail", "Error": "HandleItemFailError", "Cause": "HandleItemFailCause"}


def inline_map(name: str, state: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A Map whose iterations have one state."""
    return {
        "Type": "Map",
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": name,
            "States": {name: state},
        },
        **({} if "Next" in members else {"End": True}),
        **members,
    }


def test_items_and_selector_in_jsonata(sandbox: Sandbox) -> None:
    """``test_map_state_item_selector[MAP_STATE_ITEM_SELECTOR_JSONATA]``, 2025-03-03."""
    selected = {
        "map_item_value": "{% $states.context.Map.Item.Value %}",
        "var_sample": "{% $ItemsVar %}",
        "string_literal": "string literal",
    }
    items = ["Item1", "Item2"]
    ended = sandbox.run(
        {
            "Start": {"Type": "Pass", "Assign": {"ItemsVar": items}, "Next": "MapIterateState"},
            "MapIterateState": inline_map(
                "Pass", PASS, MaxConcurrency=1, Items="{% $ItemsVar %}", ItemSelector=selected
            ),
        }
    )
    first, second = (
        {"map_item_value": item, "var_sample": items, "string_literal": "string literal"}
        for item in items
    )
    place = {"name": "MapIterateState"}
    assert history(sandbox, ended["executionArn"])[3:] == [
        (4, 3, "MapStateEntered", {"input": {}, **place}),
        (5, 4, "MapStateStarted", {"length": 2}),
        (6, 5, "MapIterationStarted", {"index": 0, **place}),
        (7, 6, "PassStateEntered", {"input": first, "name": "Pass"}),
        (8, 7, "PassStateExited", {"name": "Pass", "output": first}),
        (9, 8, "MapIterationSucceeded", {"index": 0, **place}),
        (10, 8, "MapIterationStarted", {"index": 1, **place}),
        (11, 10, "PassStateEntered", {"input": second, "name": "Pass"}),
        (12, 11, "PassStateExited", {"name": "Pass", "output": second}),
        (13, 12, "MapIterationSucceeded", {"index": 1, **place}),
        (14, 13, "MapStateSucceeded", {}),
        (15, 13, "MapStateExited", {**place, "output": [first, second]}),
        (16, 15, "ExecutionSucceeded", {"output": [first, second]}),
    ]


def test_no_items(sandbox: Sandbox) -> None:
    """``test_map_state_items_eval_jsonata[empty]``, 2024-11-20."""
    ended = sandbox.run({"MapIterateState": inline_map("Pass", PASS, Items="{% [] %}")})
    assert history(sandbox, ended["executionArn"])[1:] == [
        (2, 0, "MapStateEntered", {"input": {}, "name": "MapIterateState"}),
        (3, 2, "MapStateStarted", {"length": 0}),
        (4, 3, "MapStateSucceeded", {}),
        (5, 3, "MapStateExited", {"name": "MapIterateState", "output": []}),
        (6, 5, "ExecutionSucceeded", {"output": []}),
    ]


@pytest.mark.parametrize("given", [1, "text", {"foo": "bar"}, None])
def test_an_input_that_is_no_array(sandbox: Sandbox, given: Any) -> None:
    """``test_map_state_items_input_types``, 2024-11-19."""
    machine = sandbox.machine({"MapIterateState": inline_map("Pass", PASS)})
    ended = sandbox.outcome(sandbox.start(machine, {} if given is None else given))
    if given is None:
        given = {}
    assert ended["error"] == "States.QueryEvaluationError"
    assert "Map state input must be an array but was: " in ended["cause"]
    kinds = [event[2] for event in history(sandbox, ended["executionArn"])]
    assert kinds[-2:] == ["MapStateFailed", "ExecutionFailed"]


def test_a_failed_iteration_that_is_caught(sandbox: Sandbox) -> None:
    """``test_map_state_catch``, 2023-07-18."""
    error = {"Error": "HandleItemFailError", "Cause": "HandleItemFailCause"}
    catcher = {
        "ErrorEquals": ["HandleItemFailError"],
        "Output": "{% $states.errorOutput %}",
        "Next": "FinalCaught",
    }
    state = inline_map("HandleItemFail", FAIL, Items=[1], Catch=[catcher])
    ended = sandbox.run({"MapState": state, "FinalCaught": PASS})
    assert history(sandbox, ended["executionArn"])[2:] == [
        (3, 2, "MapStateStarted", {"length": 1}),
        (4, 3, "MapIterationStarted", {"index": 0, "name": "MapState"}),
        (5, 4, "FailStateEntered", {"input": 1, "name": "HandleItemFail"}),
        (6, 5, "MapIterationFailed", {"index": 0, "name": "MapState"}),
        (7, 5, "MapStateFailed", {}),
        (8, 7, "MapStateExited", {"name": "MapState", "output": error}),
        (9, 8, "PassStateEntered", {"input": error, "name": "FinalCaught"}),
        (10, 9, "PassStateExited", {"name": "FinalCaught", "output": error}),
        (11, 10, "ExecutionSucceeded", {"output": error}),
    ]


def test_a_failed_iteration_that_is_retried(sandbox: Sandbox) -> None:
    """``test_map_state_retry``, 2023-07-18."""
    retry = [{"ErrorEquals": ["HandleItemFailError"], "MaxAttempts": 2}]
    ended = sandbox.run({"MapState": inline_map("HandleItemFail", FAIL, Items=[1], Retry=retry)})
    place = {"name": "MapState"}
    entered = {"input": 1, "name": "HandleItemFail"}
    assert history(sandbox, ended["executionArn"])[2:] == [
        (3, 2, "MapStateStarted", {"length": 1}),
        (4, 3, "MapIterationStarted", {"index": 0, **place}),
        (5, 4, "FailStateEntered", entered),
        (6, 5, "MapIterationFailed", {"index": 0, **place}),
        (7, 5, "MapStateStarted", {"length": 1}),
        (8, 7, "MapIterationStarted", {"index": 0, **place}),
        (9, 8, "FailStateEntered", entered),
        (10, 9, "MapIterationFailed", {"index": 0, **place}),
        (11, 9, "MapStateStarted", {"length": 1}),
        (12, 11, "MapIterationStarted", {"index": 0, **place}),
        (13, 12, "FailStateEntered", entered),
        (14, 13, "MapIterationFailed", {"index": 0, **place}),
        (15, 13, "MapStateFailed", {}),
        (16, 15, "ExecutionFailed", {"error": FAIL["Error"], "cause": FAIL["Cause"]}),
    ]


def test_iterations_side_by_side_end_with_the_first_that_fails(sandbox: Sandbox) -> None:
    """``test_service_lambda_map_timeout``, 2024-03-10: the order in which they are ended."""
    wait = callback(
        sandbox.function(SOURCE),
        {"bucket": sandbox.bucket, "key": "a-token-nobody-answers"},
        TimeoutSeconds="{% $states.input * 300 %}",
    )
    ended = sandbox.run({"MapWait": inline_map("LambdaInvoke", wait, Items=[1, 1000, 1000])})
    events = history(sandbox, ended["executionArn"])
    assert [event[1:] for event in events[3:6]] == [
        (3, "MapIterationStarted", {"index": index, "name": "MapWait"}) for index in range(3)
    ]
    entered = {event[1] for event in events if event[2] == "TaskStateEntered"}
    assert entered == {4, 5, 6}
    (timed_out,) = (event[0] for event in events if event[2] == "TaskTimedOut")
    assert [event[1:3] for event in events[-8:]] == [
        (timed_out, "MapIterationFailed"),
        (timed_out, "TaskStateAborted"),
        (timed_out, "MapIterationAborted"),
        (timed_out, "TaskStateAborted"),
        (timed_out, "MapIterationAborted"),
        (timed_out, "TaskStateAborted"),
        (timed_out, "MapStateFailed"),
        (events[-1][0] - 1, "ExecutionFailed"),
    ]
    assert ended["error"] == "States.Timeout"
