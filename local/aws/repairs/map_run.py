"""One Map Run of the embedded Step Functions: starts the children of a Distributed Map, counts."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.aws.repairs.history import add_event_to
from local.aws.repairs.map_items import Batch
from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import Execution, ExecutionStopped

Record = dict[str, Any]

# Threads of this machine; on AWS up to 10,000 children run at a time.
_MOST_AT_ONCE = 64
_COUNTED_AS = {
    "PENDING": "pending",
    "RUNNING": "running",
    "SUCCEEDED": "succeeded",
    "FAILED": "failed",
    "TIMED_OUT": "timedOut",
    "ABORTED": "aborted",
}
_EXCEEDED = "The specified tolerated failure threshold was exceeded"


@dataclass(eq=False, slots=True)
class Child:
    """A child execution and what DescribeExecution answers about it; pending until it is started.

    ``counted_as`` is the status that the Map Run counts it under.
    """

    record: Record
    batch: Batch
    execution: Execution | None = None
    counted_as: str = "PENDING"


Start = Callable[[Child], Execution]
Work = Callable[[Execution], None]


@dataclass(eq=False, slots=True)
class MapRun:
    """The children of one Distributed Map, through all redrives of its parent.

    ``record`` is what ministack's API answers DescribeMapRun and ListMapRuns from. It is changed
    under the condition of ``parent``, the run of the execution that the children work for;
    ``attempted`` are the children of that run: all of them, or those that it redrives.
    """

    record: Record
    parent: Execution
    children: list[Child] = field(default_factory=list)
    attempted: list[Child] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> str:
        """The part of its ARN that no other Map Run has."""
        return str(self.record["mapRunArn"]).rsplit(":", 1)[-1]

    def add(self, child: Child) -> None:
        """Take a child that is to run."""
        self.children.append(child)
        self.attempted.append(child)
        for counts, count in self._counts(child):
            counts["pending"] += count
            counts["total"] += count

    def run(self, start: Start, work: Work) -> None:
        """Run all pending children; return when the last of them has ended.

        Args:
            start: makes a child's execution.
            work: runs that execution to its end; called in a thread of its own.

        Raises:
            ExecutionStopped: the parent was stopped; so are its children.
            _ExecutionError: ``States.ExceedToleratedFailureThreshold``; the children that still ran
                are stopped.
        """
        pending = self.attempted[::-1]
        running, parent = self.record["executionCounts"], self.parent
        with parent.condition:
            while pending or running["running"]:
                if parent.stopped:
                    self._stop_children()
                    raise ExecutionStopped
                self._raise_if_exceeded()
                if pending and running["running"] < self._limit():
                    self._start(pending.pop(), start, work)
                else:
                    parent.condition.wait()
            self._raise_if_exceeded()

    def redrive(self, parent: Execution) -> None:
        """Make the children that did not succeed pending again, for a redriven parent."""
        self.ended.wait()
        self.ended.clear()
        self.parent = parent
        self.attempted = [child for child in self.children if child.counted_as != "SUCCEEDED"]
        self.record.update(
            status="RUNNING",
            stopDate=None,
            redriveCount=self.record["redriveCount"] + 1,
            redriveDate=parent.redrive_time,
        )
        for child in self.attempted:
            self._count(child, "PENDING")

    def end(self, status: str) -> None:
        """Close the Map Run; count as written the results of all children that have ended.

        LocalStack's snapshot ``test_list_map_runs_and_describe_map_run`` (2023-09-21) counts them
        without a ResultWriter, too.
        """
        now = ministack("services.stepfunctions").now_iso()
        self.record.update(status=status, stopDate=now)
        for counts in (self.record["itemCounts"], self.record["executionCounts"]):
            counts["resultsWritten"] = counts["total"] - counts["pending"]
        self.ended.set()

    def wake(self) -> None:
        """Let the Map Run take notice of a change to its limits."""
        with self.parent.condition:
            self.parent.condition.notify_all()

    def _limit(self) -> int:
        return min(self.record["maxConcurrency"] or _MOST_AT_ONCE, _MOST_AT_ONCE)

    def _start(self, child: Child, start: Start, work: Work) -> None:
        child.execution = start(child)
        self._count(child, "RUNNING")
        context = contextvars.copy_context()
        target = (self._work, child, child.execution, self.parent, work)
        threading.Thread(target=context.run, args=target, daemon=True).start()

    def _work(self, child: Child, execution: Execution, parent: Execution, work: Work) -> None:
        work(execution)
        with parent.condition:
            if child.execution is execution and child.counted_as == "RUNNING":
                self._count(child, child.record["status"])
            parent.condition.notify_all()

    def _count(self, child: Child, status: str) -> None:
        for counts, count in self._counts(child):
            counts[_COUNTED_AS[child.counted_as]] -= count
            counts[_COUNTED_AS[status]] += count
        child.counted_as = status

    def _counts(self, child: Child) -> tuple[tuple[dict[str, int], int], ...]:
        record = self.record
        return (record["itemCounts"], child.batch.items), (record["executionCounts"], 1)

    def _raise_if_exceeded(self) -> None:
        """Fail for more failed items than a count or a percentage above 0 allows, or for any.

        Source: developer guide, state-map-distributed, "Failure thresholds".
        """
        counts, record = self.record["itemCounts"], self.record
        failed = counts["failed"] + counts["timedOut"]
        count, percentage = record["toleratedFailureCount"], record["toleratedFailurePercentage"]
        if (
            (count and failed > count)
            or (percentage and failed * 100 > percentage * counts["total"])
            or (failed and not count and not percentage)
        ):
            self._stop_children()
            raise ministack("services.stepfunctions")._ExecutionError(
                "States.ExceedToleratedFailureThreshold", _EXCEEDED
            )

    def _stop_children(self) -> None:
        for child in self.children:
            if child.counted_as == "RUNNING" and child.execution is not None:
                _abort(child.execution)
                self._count(child, child.record["status"])


def _abort(execution: Execution) -> None:
    with execution.condition:
        if execution.record["status"] == "RUNNING":
            now = ministack("services.stepfunctions").now_iso()
            execution.record.update(status="ABORTED", stopDate=now)
            add_event_to(execution.record, "ExecutionAborted")
        execution.stop()
