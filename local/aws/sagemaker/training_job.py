"""A training job's record: its statuses over time, as the API and the events show them."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.aws.sagemaker.job import Job, Kind

# Members of DescribeTrainingJob that the event does not carry (its schema has neither metrics nor
# billed seconds).
_NOT_IN_EVENT = ("FinalMetricDataList", "BillableTimeInSeconds", "TrainingTimeInSeconds", "Tags")
_TIMES = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "LastModifiedTime")


@dataclass(slots=True)
class TrainingJob(Job):
    """One training job."""

    secondary_status: str = "Starting"
    model_artifact: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    transitions: list[dict[str, Any]] = field(default_factory=list)

    KIND: ClassVar[Kind] = Kind("TrainingJob", "training job")
    SUMMARY: ClassVar[tuple[str, ...]] = (
        "TrainingJobName",
        "TrainingJobArn",
        "TrainingJobStatus",
        "SecondaryStatus",
        "CreationTime",
        "TrainingEndTime",
        "LastModifiedTime",
    )

    @property
    def instance_type(self) -> str:
        """The type of the instances that it runs on."""
        return str(self.request["ResourceConfig"]["InstanceType"])

    @property
    def role(self) -> str:
        """The ARN of the training role."""
        return str(self.request["RoleArn"])

    def enter(self, status: str, secondary_status: str, message: str) -> None:
        """Change both statuses and tell about it; the first Downloading starts the billed time."""
        now = time.time()
        if self.transitions:
            self.transitions[-1]["EndTime"] = now
        self.transitions.append(
            {"Status": secondary_status, "StartTime": now, "StatusMessage": message}
        )
        self.secondary_status = secondary_status
        if secondary_status == "Downloading" and self.started is None:
            self.started = now
        self.change(status)

    def end(self, status: str, detail: str = "") -> None:
        """Enter the status that it ends with; ``detail`` is its SecondaryStatus."""
        message = self.failure_reason or f"Training job ended as {detail or status}"
        self.enter(status, detail or status, message)

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
