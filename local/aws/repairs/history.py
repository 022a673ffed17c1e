"""An execution's history: each event in the shape in which Step Functions records it."""

from __future__ import annotations

import contextvars
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.aws.repairs.patching import Patches, ministack

Listener = Callable[[dict[str, Any], dict[str, Any]], None]

_OF_A_STATE = re.compile(r"State(Entered|Exited)$")
_DATA = ("input", "output", "assignedVariables")
_HAVE_NO_PREDECESSOR = ("ExecutionStarted", "ExecutionAborted", "ExecutionTimedOut")
_LEAD_NOWHERE = re.compile("MapIteration(Succeeded|Failed|Aborted)|MapStateSucceeded|StateAborted")
"""Ends that no event leads back to; the next one leads back to what was before them."""


@dataclass(slots=True)
class Chain:
    """The events that lead back one to another: an execution's, or those of one iteration."""

    last: int
    """Id of the event that the next one leads back to."""


_chain: contextvars.ContextVar[Chain] = contextvars.ContextVar("chain")


def begin_chain(last: int) -> Chain:
    """Let the calling thread's next event lead back to this one."""
    chain = Chain(last)
    _chain.set(chain)
    return chain


def current_chain() -> Chain:
    """Return the chain that the calling thread's events belong to."""
    return _chain.get()


class HistoryRepairs:
    """Repairs of history events, after recordings of AWS.

    - ``previousEventId`` leads back from event to event, within an iteration of a Map to its own;
      the first state's entry and the end from outside have 0, as on AWS.
    - A Map's exit leads back past ``MapStateSucceeded`` (``test_map_state_result_writer``,
      2024-08-19; some recordings lead back one event more).
    - Data is compact JSON and says that it is not truncated.
    - An error, cause or limit that there is none of is left out.

    Not repaired: the branches of Parallel, whose events lead back to their own branch.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._lock = threading.Lock()

    def install(self, patches: Patches) -> None:
        """Put the repair in place; the listener hears of every event with its execution."""
        patches.wrap(ministack("services.stepfunctions"), "_add_event", self._add)

    def started(self, record: dict[str, Any]) -> None:
        """Repair the first event, which ministack writes by another way, and tell of it."""
        (event,) = record["events"]
        self._finish(record, event)

    def _add(self, original: Any, record: Any, kind: str, details: Any = None) -> Any:
        with self._lock:
            event = original(record, kind, details)
            self._finish(record, event)
        return event

    def _finish(self, record: dict[str, Any], event: dict[str, Any]) -> None:
        event["previousEventId"] = _predecessor(event["id"], event["type"])
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


def _predecessor(number: int, kind: str) -> int:
    """Return the id of the event that a new one leads back to, and go on in its chain."""
    chain = _chain.get(None) or Chain(number - 1)
    before = chain.last
    if not _LEAD_NOWHERE.search(kind):
        chain.last = number
    return 0 if number == 2 or kind in _HAVE_NO_PREDECESSOR else before


def add_event(record: dict[str, Any], kind: str, **details: Any) -> int:
    """Add an event of a type ("TaskFailed"), whose details are named after it; return its id.

    All states' entries have one name for them, and all exits ("PassStateEntered").
    """
    of_a_state = _OF_A_STATE.search(kind)
    owner = of_a_state[0] if of_a_state else kind
    name = f"{owner[0].lower()}{owner[1:]}EventDetails"
    event = ministack("services.stepfunctions")._add_event(record, kind, {name: details})
    return int(event["id"])


def add_event_to(record: dict[str, Any], kind: str, **details: Any) -> None:
    """Add an event to the history of an execution that the calling thread does not work for."""

    def add() -> None:
        begin_chain(len(record["events"]))
        add_event(record, kind, **details)

    contextvars.copy_context().run(add)


def json_text(value: Any) -> str:
    """Write data as Step Functions does: compact, and not escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def size(value: Any) -> int:
    """Return the bytes of data as Step Functions counts them: in UTF-8."""
    return len(json_text(value).encode(errors="surrogatepass"))
