"""A batch transform job's record, as the API and the events show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from local.aws.sagemaker.account import iso_time
from local.aws.sagemaker.job import Job, Kind

DEFAULT_PAYLOAD_MB = 6
"""MaxPayloadInMB where a request has none (API reference, CreateTransformJob)."""
_TIMES = ("CreationTime", "TransformStartTime", "TransformEndTime")


@dataclass(slots=True)
class TransformJob(Job):
    """One batch transform job."""

    model: dict[str, Any] = field(default_factory=dict)
    """The model that it runs, as it was when the job was created."""

    KIND: ClassVar[Kind] = Kind("TransformJob", "transform job")
    SUMMARY: ClassVar[tuple[str, ...]] = (
        "TransformJobName",
        "TransformJobArn",
        "TransformJobStatus",
        "CreationTime",
        "TransformEndTime",
        "FailureReason",
    )

    @property
    def instance_type(self) -> str:
        """The type of the instances that it runs on."""
        return str(self.request["TransformResources"]["InstanceType"])

    @property
    def role(self) -> str:
        """The ARN of the model's execution role: a transform job has none of its own."""
        return str(self.model["ExecutionRoleArn"])

    @property
    def payload_mb(self) -> int:
        """The most megabytes that an object of its input may have."""
        return int(self.request.get("MaxPayloadInMB", DEFAULT_PAYLOAD_MB))

    def end(self, status: str, detail: str = "") -> None:  # noqa: ARG002 - has one status only
        """Enter the status that it ends with."""
        self.change(status)

    def describe(self) -> dict[str, Any]:
        """Answer DescribeTransformJob; times in epoch seconds."""
        described: dict[str, Any] = {
            **{name: value for name, value in self.request.items() if name != "Tags"},
            "TransformJobArn": self.arn,
            "TransformJobStatus": self.status,
            "CreationTime": self.created,
        }
        optional = {
            "FailureReason": self.failure_reason,
            "TransformStartTime": self.started,
            "TransformEndTime": self.ended,
        }
        return described | {name: value for name, value in optional.items() if value is not None}

    def event_detail(self) -> dict[str, Any]:
        """Write the detail of a ``SageMaker Transform Job State Change``; times as ISO 8601.

        In the shape of the developer guide's example (automating-sagemaker-with-eventbridge.html).
        """
        detail = self.describe()
        for name in _TIMES:
            if name in detail:
                detail[name] = iso_time(detail[name])
        detail["Tags"] = {tag["Key"]: tag["Value"] for tag in self.tags}
        return detail
