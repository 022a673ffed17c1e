"""Runs Map states as the recordings of AWS did, and writes down the events that they had."""

from __future__ import annotations

from typing import Any

from tests.local.aws.map_states import machine
from tests.local.aws.recordings.histories import Event, history
from tests.local.aws.sandbox import Sandbox

PASS = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Pass",
    "States": {"Pass": {"Type": "Pass", "End": True}},
}
"""An ItemProcessor that hands its input on, in either query language."""


def recorded(sandbox: Sandbox, state: dict[str, Any], given: Any) -> tuple[list[Event], str]:
    """Run a Map; its events after the state's entry, and the execution."""
    execution = sandbox.start(machine(sandbox, state), given)
    sandbox.outcome(execution)
    runs = sandbox.states.list_map_runs(executionArn=execution)["mapRuns"]
    return history(sandbox, execution, *(run["mapRunArn"] for run in runs))[2:], execution


def succeeded(output: Any, length: int = 0) -> list[Event]:
    """The events of a Map Run that succeeds; ``length`` counts items of the state's input only."""
    return [
        (3, 2, "MapStateStarted", {"length": length}),
        (4, 3, "MapRunStarted", {"mapRunArn": "<opaque>"}),
        (5, 4, "MapRunSucceeded", {}),
        (6, 5, "MapStateSucceeded", {}),
        (7, 5, "MapStateExited", {"name": "Map", "output": output}),
        (8, 7, "ExecutionSucceeded", {"output": output}),
    ]


def failed(error: str, cause: str) -> list[Event]:
    """The events of a Map Run that fails."""
    return [
        (3, 2, "MapStateStarted", {"length": 0}),
        (4, 3, "MapRunStarted", {"mapRunArn": "<opaque>"}),
        (5, 4, "MapRunFailed", {"error": error, "cause": cause}),
        (6, 5, "MapStateFailed", {}),
        (7, 6, "ExecutionFailed", {"error": error, "cause": cause}),
    ]


def refused(cause: str, length: int) -> list[Event]:
    """The events of a Map whose fields are wrong: there is no Map Run."""
    place = "An error occurred while executing the state 'Map' (entered at the event id #2)."
    return [
        (3, 2, "MapStateStarted", {"length": length}),
        (4, 3, "ExecutionFailed", {"error": "States.Runtime", "cause": f"{place} {cause}"}),
    ]
