"""A Step Functions execution as it runs: where it stands, and how it is told to stop."""

from __future__ import annotations

import contextvars
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from local.aws.clock import Clock
from local.aws.repairs.history import add_event
from local.aws.repairs.patching import ministack


class ExecutionStopped(Exception):
    """The execution was aborted or timed out; its thread has nothing left to do."""


@dataclass(frozen=True, slots=True)
class Position:
    """The state an execution entered last, with its input and the variables it had then."""

    state: str
    data: Any
    variables: dict[str, Any]
    iterations: dict[int, Execution] = field(default_factory=dict)
    """Of an inline Map, by the place of the item: those that were started."""


@dataclass(slots=True)
class Execution:
    """One run of an execution: from its start or a redrive on, until it ends or is stopped.

    A redrive is a run of its own, so that what is left of the run before (a function that has not
    returned yet) cannot touch it. So is each iteration of a Map, which also ends with the execution
    that it is ``part_of``. ``record`` is what ministack's API answers from.
    """

    record: dict[str, Any]
    clock: Clock
    condition: threading.Condition = field(default_factory=threading.Condition)
    part_of: Execution | None = None
    result: tuple[Any] | None = None
    """Of an iteration that has succeeded: its output."""
    position: Position | None = None
    redrive_count: int = 0
    redrive_time: str | None = None
    timer: threading.Timer | None = None
    _stopped: bool = False

    @property
    def state_machine(self) -> str:
        """The ARN of the state machine whose role it has; a child of a Map Run has its parent's."""
        return str(self.record["stateMachineArn"]).partition("/")[0]

    @property
    def is_express(self) -> bool:
        """Whether it has no history and tells EventBridge nothing: an Express child."""
        return ":express:" in self.record["executionArn"]

    @property
    def stopped(self) -> bool:
        """Whether it was ended from outside."""
        return self._stopped or (self.part_of is not None and self.part_of.stopped)

    def iteration(self, position: Position | None = None) -> Execution:
        """Return a run of one iteration, from its begin or from where it stands."""
        return Execution(
            self.record,
            self.clock,
            self.condition,
            part_of=self,
            position=position,
            redrive_count=self.redrive_count,
            redrive_time=self.redrive_time,
        )

    def redriven(self, now: str) -> Execution:
        """Return a run that goes on where this one has ended."""
        at = self.position
        return Execution(
            self.record,
            self.clock,
            position=at and replace(at, iterations=dict(at.iterations)),
            redrive_count=self.redrive_count + 1,
            redrive_time=now,
        )

    def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of the clock.

        Raises:
            ExecutionStopped: the execution ended meanwhile.
        """
        deadline = time.monotonic() + self.clock.real(seconds)
        with self.condition:
            while (remaining := deadline - time.monotonic()) > 0 and not self.stopped:
                self.condition.wait(remaining)
            self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        """Raise ``ExecutionStopped`` once this run has been stopped."""
        if self.stopped:
            raise ExecutionStopped

    def stop(self) -> None:
        """Wake whatever the execution waits for and let it end."""
        with self.condition:
            self._stopped = True
            self.condition.notify_all()

    def finish(self, status: str, event: str, **outcome: Any) -> None:
        """Close the execution with its last history event, unless it is closed already.

        The outcome is ``output``, or ``error`` and ``cause``, or nothing for an execution that
        timed out (LocalStack snapshot ``test_global_timeout``, 2024-03-10).
        """
        service = ministack("services.stepfunctions")
        with self.condition:
            if self.stopped or self.record["status"] != "RUNNING":
                return
            self.record.update(outcome, status=status, stopDate=service.now_iso())
            add_event(self.record, event, **outcome)
        if self.timer is not None:
            self.timer.cancel()
        if not self.is_express:
            service._emit_execution_status_event(self.record)

    def time_out_after(self, seconds: float) -> None:
        """Let the execution time out, ``seconds`` of the clock from now."""
        context = contextvars.copy_context()
        self.timer = threading.Timer(self.clock.real(seconds), context.run, (self._time_out,))
        self.timer.daemon = True
        self.timer.start()

    def _time_out(self) -> None:
        self.finish("TIMED_OUT", "ExecutionTimedOut")
        self.stop()


_current: contextvars.ContextVar[Execution] = contextvars.ContextVar("execution")


def current_execution() -> Execution:
    """Return the execution that the calling thread works for, also in the branches it starts."""
    return _current.get()


def work_for(execution: Execution) -> None:
    """Make the calling thread work for a run of an execution."""
    _current.set(execution)
