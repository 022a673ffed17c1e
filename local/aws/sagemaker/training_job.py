"""A training job's record: its statuses over time, as the API and the events show them."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

TERMINAL = ("Completed", "Failed", "Stopped")

# Members of DescribeTrainingJob that the event does not carry (its schema has neither metrics nor
# billed seconds).
_NOT_IN_EVENT = ("FinalMetricDataList", "BillableTimeInSeconds", "TrainingTimeInSeconds", "Tags")
_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")
_MAX_FAILURE_REASON = 1024


class JobFailed(Exception):
    """A training job ends as Failed; the text is its FailureReason."""


@dataclass(slots=True)
class TrainingJob:
    """One job; ``changed`` is called after every change of status, with the job."""

    arn: str
    request: dict[str, Any]
    tags: list[dict[str, str]]
    changed: Callable[[TrainingJob], None]
    status: str = "InProgress"
    secondary_status: str = "Starting"
    failure_reason: str | None = None
    model_artifact: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    modified: float = 0.0
    transitions: list[dict[str, Any]] = field(default_factory=list)
    stop_requested: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)
    log: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The TrainingJobName."""
        return str(self.request["TrainingJobName"])

    def enter(self, status: str, secondary_status: str, message: str) -> None:
        """Change the status and tell about it; the first Downloading starts the billed time."""
        now = time.time()
        if self.transitions:
            self.transitions[-1]["EndTime"] = now
        self.transitions.append(
            {"Status": secondary_status, "StartTime": now, "StatusMessage": message}
        )
        self.status, self.secondary_status, self.modified = status, secondary_status, now
        if secondary_status == "Downloading" and self.started is None:
            self.started = now
        if status in TERMINAL:
            self.ended = now
        self.changed(self)
        if status in TERMINAL:
            self.finished.set()

    def failed(self, reason: str) -> tuple[str, str, str]:
        """Keep the FailureReason; return how the job is to end for it."""
        self.failure_reason = reason[:_MAX_FAILURE_REASON]
        return "Failed", "Failed", self.failure_reason

    def describe(self) -> dict[str, Any]:
        """Answer DescribeTrainingJob; times in epoch seconds."""
        described: dict[str, Any] = {
            **{name: value for name, value in self.request.items() if name != "Tags"},
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": self.status,
            "SecondaryStatus": self.secondary_status,
            "CreationTime": self.created,
            "LastModifiedTime": self.modified,
            "SecondaryStatusTransitions": [dict(transition) for transition in self.transitions],
            "FinalMetricDataList": [
                {"MetricName": name, "Value": value, "Timestamp": self.modified}
                for name, value in self.metrics.items()
            ],
        }
        optional = {
            "FailureReason": self.failure_reason,
            "TrainingStartTime": self.started,
            "TrainingEndTime": self.ended,
            "TrainingTimeInSeconds": self._seconds(),
            "BillableTimeInSeconds": self._seconds(),
            "ModelArtifacts": self.model_artifact and {"S3ModelArtifacts": self.model_artifact},
        }
        return described | {name: value for name, value in optional.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """Show the job as ListTrainingJobs does."""
        described = self.describe()
        names = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "SecondaryStatus")
        times = ("CreationTime", "TrainingEndTime", "LastModifiedTime")
        return {name: described[name] for name in (*names, *times) if name in described}

    def event_detail(self) -> dict[str, Any]:
        """Write the detail of a ``SageMaker Training Job State Change``; epoch milliseconds."""
        detail = {k: v for k, v in self.describe().items() if k not in _NOT_IN_EVENT}
        for name in _TIMES:
            if name in detail:
                detail[name] = _milliseconds(detail[name])
        detail["SecondaryStatusTransitions"] = [
            {k: v if isinstance(v, str) else _milliseconds(v) for k, v in transition.items()}
            for transition in self.transitions
        ]
        detail["Tags"] = {tag["Key"]: tag["Value"] for tag in self.tags}
        return detail

    def _seconds(self) -> int | None:
        """Count the real seconds on the (pretended) instance, at least 1."""
        if self.started is None or self.ended is None:
            return None
        return max(1, math.ceil(self.ended - self.started))


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
