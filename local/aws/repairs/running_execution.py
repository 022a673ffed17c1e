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


@dataclass(slots=True)
class Iteration:
    """How far one item of the Map state has come in which an execution stands."""

    position: Position
    has_begun: bool = False
    is_under_way: bool = False
    has_succeeded: bool = False
    output: Any = None

    def stands_at(self, position: Position) -> None:
        """Note the state that the item has entered."""
        self.position, self.has_begun = position, True


@dataclass(slots=True)
class Execution:
    """One run of an execution: from its start or a redrive on, until it ends or is stopped.

    A redrive is a run of its own, so that what is left of the run before (a function that has not
    returned yet) cannot touch it. ``record`` is what ministack's API answers from.
    """

    record: dict[str, Any]
    clock: Clock
    condition: threading.Condition = field(default_factory=threading.Condition)
    stopped: bool = False
    position: Position | None = None
    iterations: list[Iteration] = field(default_factory=list)
    """The items of the Map state that it stands in."""
    resumes: list[Iteration] = field(default_factory=list)
    """Those with which a redrive goes on, until it has taken them up."""
    branches: list[Execution] = field(default_factory=list)
    """What it runs side by side, each to be stopped by itself, and all with it."""
    redrive_count: int = 0
    redrive_time: str | None = None
    timer: threading.Timer | None = None

    @property
    def state_machine(self) -> str:
        """The state machine's ARN."""
        return str(self.record["stateMachineArn"])

    def redriven(self, now: str) -> Execution:
        """Return a run that goes on where this one has ended."""
        return Execution(
            self.record,
            self.clock,
            position=self.position,
            resumes=[replace(each, is_under_way=False) for each in self.iterations],
            redrive_count=self.redrive_count + 1,
            redrive_time=now,
        )

    def branch(self) -> Execution:
        """Return a part of this run that can be stopped without it."""
        part = Execution(self.record, self.clock, stopped=self.stopped)
        self.branches.append(part)
        return part

    def stands_at(self, position: Position) -> None:
        """Note the state that the execution has entered."""
        self.position = position

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
            self.stopped = True
            self.condition.notify_all()
        for branch in self.branches:
            branch.stop()

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
