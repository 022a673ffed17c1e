"""The default event bus: what was sent on it, and the faults that AWS's delivery may have."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.aws.repairs.patching import Patches, ministack

_REMEMBERED_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class Event:
    """An event as a rule sees it; ``record`` is ministack's own form."""

    source: str
    detail_type: str
    detail: Mapping[str, Any]
    resources: tuple[str, ...]
    record: Mapping[str, Any] = field(repr=False)


Where = Callable[[Event], bool]


def _lose(_event: Event) -> None:
    """Deliver nothing."""


def matching(detail_type: str, **detail: Any) -> Where:
    """Match events of a detail type whose detail has these values at its top level."""

    def matches(event: Event) -> bool:
        return event.detail_type == detail_type and all(
            event.detail.get(name) == value for name, value in detail.items()
        )

    return matches


@dataclass(slots=True)
class _Fault:
    where: Where
    times: int
    deliver: Callable[[Event], None]


class HeldEvents:
    """Events kept back by ``EventBus.hold``, in the order in which they were sent."""

    def __init__(self, deliver: Callable[[Event], None]) -> None:
        self.events: list[Event] = []
        self._deliver = deliver

    def keep(self, event: Event) -> None:
        """Hold one more event."""
        self.events.append(event)

    def release(self, *, reverse: bool = False) -> None:
        """Deliver what is held, in the order it was sent or the reverse."""
        events, self.events = self.events, []
        for event in reversed(events) if reverse else events:
            self._deliver(event)


class EventBus:
    """Sends events as AWS services do, and loses, repeats, holds or reorders them on request.

    Without a fault every event is delivered once and at once. Faults apply in the order in which
    they were asked for; an event meets at most one.
    """

    def __init__(self) -> None:
        self._sent: deque[Event] = deque(maxlen=_REMEMBERED_EVENTS)
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()
        self._dispatch: Callable[..., None] | None = None

    def install(self, patches: Patches) -> None:
        """Pass every event of the emulator through this bus."""
        bus = ministack("services.eventbridge")
        self._dispatch = bus._dispatch_event
        patches.wrap(bus, "_dispatch_event", self._intercept)

    def emit(
        self,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        resources: tuple[str, ...] = (),
    ) -> None:
        """Send an event on the default bus as an AWS service would, ``aws.`` sources included."""
        scope = ministack("core.responses")
        record = {
            "EventId": str(uuid.uuid4()),
            "Source": source,
            "DetailType": detail_type,
            "Detail": json.dumps(detail),
            "EventBusName": "default",
            "Time": int(time.time()),
            "Resources": list(resources),
            "Account": scope.get_account_id(),
            "Region": scope.get_region(),
        }
        ministack("services.eventbridge")._dispatch_event(record)

    def sent(self, detail_type: str | None = None) -> list[Event]:
        """Return the events sent so far, oldest first, lost ones included."""
        with self._lock:
            return [e for e in self._sent if detail_type in (None, e.detail_type)]

    def deliver_again(self, event: Event) -> None:
        """Deliver an event once more under another event id, as at-least-once delivery may."""
        repeated = {**event.record, "EventId": str(uuid.uuid4())}
        self._deliver(_event(repeated))

    def drop(self, where: Where, *, times: int = 1) -> None:
        """Lose the next ``times`` matching events."""
        self._add(where, times, _lose)

    def duplicate(self, where: Where, *, copies: int, times: int = 1) -> None:
        """Deliver each of the next ``times`` matching events ``copies`` times."""

        def deliver(event: Event) -> None:
            for _ in range(copies):
                self.deliver_again(event)

        self._add(where, times, deliver)

    def hold(self, where: Where, *, times: int = 1_000_000) -> HeldEvents:
        """Keep matching events back until they are released."""
        held = HeldEvents(self._deliver)
        self._add(where, times, held.keep)
        return held

    def clear(self) -> None:
        """Forget all faults that are left; what is held stays held."""
        with self._lock:
            self._faults.clear()

    def _add(self, where: Where, times: int, deliver: Callable[[Event], None]) -> None:
        with self._lock:
            self._faults.append(_Fault(where, times, deliver))

    def _intercept(self, _original: Any, record: Mapping[str, Any], _view: Any = None) -> None:
        event = _event(record)
        with self._lock:
            self._sent.append(event)
            fault = next((f for f in self._faults if f.times > 0 and f.where(event)), None)
            if fault is not None:
                fault.times -= 1
        if fault is None:
            self._deliver(event)
        else:
            fault.deliver(event)

    def _deliver(self, event: Event) -> None:
        if self._dispatch is None:
            raise RuntimeError("the event bus belongs to no running embedded AWS")
        self._dispatch(dict(event.record))


def _event(record: Mapping[str, Any]) -> Event:
    return Event(
        source=record["Source"],
        detail_type=record["DetailType"],
        detail=json.loads(record["Detail"]),
        resources=tuple(record["Resources"]),
        record=record,
    )
