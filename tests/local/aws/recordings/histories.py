"""An execution's history in the form in which the recordings of AWS are compared with it."""

from __future__ import annotations

import json
from typing import Any

from tests.local.aws.sandbox import Sandbox

_DATA = ("input", "output", "parameters", "cause")
_OPAQUE = {
    "roleArn": "<role>",
    "requestId": "<request>",
    "StartTime": "<time>",
    "EnteredTime": "<time>",
    "task_token": "<token>",
    "region": "<region>",
}

Event = tuple[int, int, str, dict[str, Any]]


def history(sandbox: Sandbox, execution: str, *opaque: str) -> list[Event]:
    """The events of an execution: id, previous id, type and details.

    Data is decoded, and was asserted to say that it is not truncated. What is another on every run
    has a placeholder; so have the values in ``opaque``.
    """
    events = sandbox.states.get_execution_history(executionArn=execution)["events"]
    return [_form(event, opaque) for event in events]


def types(events: list[Event]) -> list[str]:
    """The types of events."""
    return [event[2] for event in events]


def _form(event: dict[str, Any], opaque: tuple[str, ...]) -> Event:
    details: dict[str, Any] = next(
        (dict(value) for name, value in event.items() if name.endswith("EventDetails")), {}
    )
    for name in ("input", "output", "assignedVariables"):
        if name in details:
            assert details.pop(f"{name}Details") == {"truncated": False}
    for name in _DATA:
        if name in details:
            details[name] = _decoded(details[name])
    return event["id"], event["previousEventId"], event["type"], _placeholders(details, opaque)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _placeholders(value: Any, opaque: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {
            name: _OPAQUE.get(name) or _placeholders(member, opaque)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [_placeholders(member, opaque) for member in value]
    return "<opaque>" if value in opaque else value
