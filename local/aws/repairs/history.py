"""An execution's history: each event in the shape in which Step Functions records it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from typing import Any

from local.aws.repairs.patching import Patches, ministack

Listener = Callable[[dict[str, Any], dict[str, Any]], None]

_OF_A_STATE = re.compile(r"State(Entered|Exited)$")
_DATA = ("input", "output", "assignedVariables")
_HAVE_NO_PREDECESSOR = ("ExecutionStarted", "ExecutionAborted", "ExecutionTimedOut")


class HistoryRepairs:
    """Repairs of history events, after recordings of AWS.

    - ``previousEventId`` leads back from event to event; the first state's entry and the end from
      outside have 0, as on AWS.
    - Data is compact JSON and says that it is not truncated.
    - An error, cause or limit that there is none of is left out.

    Not repaired: the branches of Parallel and Map, whose events lead back to their own branch.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._adding = threading.Lock()
        """The items of a Map add events side by side, each with a number of its own."""

    def install(self, patches: Patches) -> None:
        """Put the repair in place; the listener hears of every event with its execution."""
        patches.wrap(ministack("services.stepfunctions"), "_add_event", self._add)

    def started(self, record: dict[str, Any]) -> None:
        """Repair the first event, which ministack writes by another way, and tell of it."""
        (event,) = record["events"]
        self._finish(record, event)

    def _add(self, original: Any, record: Any, kind: str, details: Any = None) -> Any:
        with self._adding:
            event = original(record, kind, details)
            self._finish(record, event)
        return event

    def _finish(self, record: dict[str, Any], event: dict[str, Any]) -> None:
        number = event["id"]
        is_first = number == 2 or event["type"] in _HAVE_NO_PREDECESSOR
        event["previousEventId"] = 0 if is_first else number - 1
        details = details_of(event)
        for name in [name for name, value in details.items() if value in (None, "")]:
            del details[name]
        for name in [name for name in _DATA if name in details]:
            details[f"{name}Details"] = {"truncated": False}
        self._listener(record, event)


def details_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the details of a history event, whatever its type calls them; may be changed."""
    found: dict[str, Any] = next(
        (value for name, value in event.items() if name.endswith("EventDetails")), {}
    )
    return found


def add_event(record: dict[str, Any], kind: str, **details: Any) -> None:
    """Add an event of a type ("TaskFailed"), whose details are named after it.

    All states' entries have one name for them, and all exits ("PassStateEntered").
    """
    of_a_state = _OF_A_STATE.search(kind)
    owner = of_a_state[0] if of_a_state else kind
    name = f"{owner[0].lower()}{owner[1:]}EventDetails"
    ministack("services.stepfunctions")._add_event(record, kind, {name: details})


def json_text(value: Any) -> str:
    """Write data as Step Functions does: compact, and not escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def size(value: Any) -> int:
    """Return the bytes of data as Step Functions counts them: in UTF-8."""
    return len(json_text(value).encode(errors="surrogatepass"))
