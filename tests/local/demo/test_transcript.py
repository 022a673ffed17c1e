"""What the demo tells of an execution, by its history."""

import datetime as dt
import json
from typing import Any

from local.demo.transcript import ExecutionEnded, StateEntered, StateExited, follow

NOON = dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC)


class History:
    """An execution that has ended; each event comes a second after the one before."""

    def __init__(self, *events: tuple[int, str, dict[str, Any]], status: str = "SUCCEEDED") -> None:
        self._status = status
        self._events = [
            {
                "id": number,
                "previousEventId": previous,
                "type": kind,
                "timestamp": NOON + dt.timedelta(seconds=number),
                **details,
            }
            for number, (previous, kind, details) in enumerate(events, start=1)
        ]

    def describe_execution(self, **_: str) -> dict[str, Any]:
        return {"status": self._status, "output": '"done"'}

    def get_paginator(self, _operation: str) -> "History":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"events": self._events}]


STARTED: tuple[int, str, dict[str, Any]] = (0, "ExecutionStarted", {})


def entered(previous: int, name: str, kind: str = "Task") -> tuple[int, str, dict[str, Any]]:
    return previous, f"{kind}StateEntered", {"stateEnteredEventDetails": {"name": name}}


def exited(
    previous: int, name: str, output: Any, kind: str = "Task"
) -> tuple[int, str, dict[str, Any]]:
    details = {"name": name, "output": json.dumps(output)}
    return previous, f"{kind}StateExited", {"stateExitedEventDetails": details}


def failed(previous: int, error: str) -> tuple[int, str, dict[str, Any]]:
    return previous, "TaskFailed", {"taskFailedEventDetails": {"error": error}}


def steps(history: History) -> list[Any]:
    client: Any = history
    return list(follow(client, "arn"))


def test_a_state_is_told_with_its_time_its_output_and_what_it_failed_with_before() -> None:
    history = History(
        STARTED, entered(0, "Try"), failed(2, "Told"), exited(3, "Try", 7), (4, "Ended", {})
    )
    assert steps(history) == [
        StateEntered("Try"),
        StateExited("Try", 2.0, 7, "Told"),
        ExecutionEnded("SUCCEEDED", "Try", "", "", "done"),
    ]


def test_items_side_by_side_are_told_apart_by_what_their_events_lead_back_to() -> None:
    history = History(
        STARTED,
        entered(0, "Each", "Map"),
        entered(2, "Try"),
        entered(2, "Try"),
        failed(3, "Told"),
        exited(4, "Try", "second"),
        exited(5, "Try", "first"),
        exited(7, "Each", [], "Map"),
        (8, "ExecutionSucceeded", {}),
    )
    assert steps(history)[3:6] == [
        StateExited("Try", 2.0, "second"),
        StateExited("Try", 4.0, "first", "Told"),
        StateExited("Each", 6.0, []),
    ]


def test_an_execution_has_failed_in_the_state_that_its_end_leads_back_to() -> None:
    history = History(
        STARTED,
        entered(0, "Each", "Map"),
        entered(2, "Bad"),
        entered(2, "Good"),
        failed(3, "Told"),
        (5, "MapStateFailed", {}),
        (6, "ExecutionFailed", {}),
        status="FAILED",
    )
    assert steps(history)[-1].state == "Bad"


def test_an_aborted_execution_was_aborted_in_the_newest_state() -> None:
    history = History(STARTED, entered(0, "Wait"), (0, "ExecutionAborted", {}), status="ABORTED")
    assert steps(history)[-1].state == "Wait"


def test_an_execution_may_end_before_its_first_state() -> None:
    history = History(STARTED, (0, "ExecutionAborted", {}), status="ABORTED")
    assert steps(history)[-1].state == ""
