"""Follows an execution step by step, as the Step Functions console shows it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

POLL_SECONDS = 0.1
"""Step Functions has no stream of an execution's history: the console polls it as well."""

_FAILURES = ("TaskFailed", "TaskTimedOut", "ExecutionFailed", "ExecutionTimedOut")


@dataclass(frozen=True, slots=True)
class StateEntered:
    """A state has begun."""

    state: str


@dataclass(frozen=True, slots=True)
class StateExited:
    """A state has ended; ``output`` is what it hands on, ``error`` what it was left by."""

    state: str
    seconds: float
    output: Any
    error: str = ""


@dataclass(frozen=True, slots=True)
class ExecutionEnded:
    """The execution has ended; ``state`` is where it failed, with its error and cause.

    Where a function raised the error, the cause is a JSON document of Lambda's, as in the console.
    """

    status: str
    state: str
    error: str
    cause: str
    output: Any


Step = StateEntered | StateExited | ExecutionEnded


def follow(stepfunctions: "SFNClient", execution_arn: str) -> Iterator[Step]:
    """Yield the steps of an execution as they happen, until it has ended."""
    seen = 0
    while True:
        description = stepfunctions.describe_execution(executionArn=execution_arn)
        events = _history(stepfunctions, execution_arn)
        for event in events[seen:]:
            if event["type"].endswith("StateEntered"):
                yield StateEntered(event["stateEnteredEventDetails"]["name"])
            elif event["type"].endswith("StateExited"):
                yield _exited(event, events)
        seen = len(events)
        if description["status"] != "RUNNING":
            yield ExecutionEnded(
                description["status"],
                _last_state(events),
                description.get("error", ""),
                description.get("cause", ""),
                msgspec.json.decode(description.get("output") or "null"),
            )
            return
        time.sleep(POLL_SECONDS)


def _history(stepfunctions: "SFNClient", execution_arn: str) -> list[Any]:
    pages = stepfunctions.get_paginator("get_execution_history").paginate(
        executionArn=execution_arn
    )
    return [event for page in pages for event in page["events"]]


def _exited(event: Any, events: list[Any]) -> StateExited:
    """Return how a state was left: its entry, and what it failed with before, lie further back.

    Items of a Map go on side by side, so that the entry is not the last one of that name: it is the
    one that the event leads back to.
    """
    details, error, is_own = event["stateExitedEventDetails"], "", True
    before = _predecessor(event, events)
    while before.get("stateEnteredEventDetails", {}).get("name") != details["name"]:
        is_own = is_own and not before["type"].endswith("StateExited")
        if is_own and before["type"] in _FAILURES:
            error = error or _error(before)
        before = _predecessor(before, events)
    seconds = (event["timestamp"] - before["timestamp"]).total_seconds()
    output = msgspec.json.decode(details.get("output") or "null")
    return StateExited(details["name"], seconds, output, error)


def _last_state(events: list[Any]) -> str:
    """Return the state that the end leads back to; of an end from outside, the newest."""
    event = events[-1] if events[-1]["previousEventId"] else events[-2]
    while "stateEnteredEventDetails" not in event and event["previousEventId"]:
        event = _predecessor(event, events)
    name: str = event.get("stateEnteredEventDetails", {}).get("name", "")
    return name


def _predecessor(event: Any, events: list[Any]) -> Any:
    return events[event["previousEventId"] - 1]


def _error(event: Any) -> str:
    for key, details in event.items():
        if key.endswith("EventDetails"):
            return str(details.get("error", ""))
    return ""
