"""A SageMaker job as SageMaker describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Description:
    """What the descriptions of all kinds of jobs have in common, and the whole response."""

    name: str
    arn: str
    status: str
    """``InProgress``, ``Completed``, ``Failed``, ``Stopping`` or ``Stopped``."""
    response: Mapping[str, Any]
    ended_at: datetime | None = None

    @property
    def is_running(self) -> bool:
        """Whether the job is under way and nobody has asked for it to be stopped."""
        return self.status == "InProgress"
