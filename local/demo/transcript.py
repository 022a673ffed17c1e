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
    state, error = "", ""
    entered: dict[str, float] = {}
    while True:
        description = stepfunctions.describe_execution(executionArn=execution_arn)
        events = _history(stepfunctions, execution_arn)
        for event in events[seen:]:
            kind, at = event["type"], event["timestamp"].timestamp()
            if kind.endswith("StateEntered"):
                state, error = event["stateEnteredEventDetails"]["name"], ""
                entered[state] = at
                yield StateEntered(state)
            elif kind.endswith("StateExited"):
                details = event["stateExitedEventDetails"]
                output = msgspec.json.decode(details.get("output") or "null")
                yield StateExited(details["name"], at - entered[details["name"]], output, error)
            elif kind in _FAILURES:
                error = _error(event)
        seen = len(events)
        if description["status"] != "RUNNING":
            yield ExecutionEnded(
                description["status"],
                state,
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


def _error(event: Any) -> str:
    for key, details in event.items():
        if key.endswith("EventDetails"):
            return str(details.get("error", ""))
    return ""
