"""A SageMaker job as SageMaker describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Description:
    """What the descriptions of all kinds of jobs have in common, and the whole response."""

    name: str
    arn: str
    status: str
    """``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``."""
    response: Mapping[str, Any]
    created_at: datetime | None = None
    ended_at: datetime | None = None

    @classmethod
    def of(cls, api: str, response: Mapping[str, Any]) -> Self:
        """Read a response or summary whose members are called after ``api``, as ``JobKind`` has it.

        ``TrainingJobName`` and ``TransformJobName`` mean the same, and so do the others.
        """
        return cls(
            name=response[f"{api}JobName"],
            arn=response[f"{api}JobArn"],
            status=response[f"{api}JobStatus"],
            response=response,
            created_at=response.get("CreationTime"),
            ended_at=response.get(f"{api}EndTime"),
        )

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to the job."""
        return self.status in ("Completed", "Failed", "Stopped")

    @property
    def is_running(self) -> bool:
        """Whether the job is under way and nobody has asked for it to be stopped."""
        return self.status == "InProgress"

    def has_lasted(self, seconds: int, until: datetime) -> bool:
        """Tell whether the job was created so many seconds, or more, before ``until``."""
        return self.created_at is not None and (until - self.created_at).total_seconds() >= seconds
