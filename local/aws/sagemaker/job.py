"""A job of any kind: its record from creation to end, as the API and the events show it."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

TERMINAL = ("Completed", "Failed", "Stopped")

_MAX_FAILURE_REASON = 1024


class JobFailed(Exception):
    """A job ends as Failed; the text is its FailureReason."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How the API calls one kind of job."""

    name: str
    """"TrainingJob": the begin of its members' names."""
    words: str
    """"training job"."""

    @property
    def resource(self) -> str:
        """The kind in an ARN: "training-job"."""
        return self.words.replace(" ", "-")

    @property
    def event(self) -> str:
        """The detail type of its events."""
        return f"SageMaker {self.words.title()} State Change"


@dataclass(slots=True)
class Job(ABC):
    """One job; ``changed`` is called after every change of status, with the job."""

    arn: str
    request: dict[str, Any]
    tags: list[dict[str, str]]
    changed: Callable[[Self], None]
    status: str = "InProgress"
    failure_reason: str | None = None
    created: float = field(default_factory=time.time)
    started: float | None = None
    ended: float | None = None
    modified: float = 0.0
    stop_requested: threading.Event = field(default_factory=threading.Event)
    finished: threading.Event = field(default_factory=threading.Event)
    log: list[str] = field(default_factory=list)

    KIND: ClassVar[Kind]
    SUMMARY: ClassVar[tuple[str, ...]]
    """Members that the List action of its kind shows."""

    @property
    def name(self) -> str:
        """The job's name."""
        return str(self.request[f"{self.KIND.name}Name"])

    @property
    @abstractmethod
    def instance_type(self) -> str:
        """The type of the instances that it runs on."""

    @property
    @abstractmethod
    def role(self) -> str:
        """The ARN of the role with whose permissions it reads and writes."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """Answer the Describe action of its kind; times in epoch seconds."""

    @abstractmethod
    def event_detail(self) -> dict[str, Any]:
        """Write the detail of its ``State Change`` event."""

    @abstractmethod
    def end(self, status: str, detail: str = "") -> None:
        """Enter the status that it ends with; ``detail`` says more where its kind tells more."""

    def change(self, status: str) -> None:
        """Change the status and tell about it."""
        self.status, self.modified = status, time.time()
        if status in TERMINAL:
            self.ended = self.modified
        self.changed(self)
        if status in TERMINAL:
            self.finished.set()

    def failed(self, reason: str) -> None:
        """Keep the FailureReason, and end for it."""
        self.failure_reason = reason[:_MAX_FAILURE_REASON]
        self.end("Failed")

    def summary(self) -> dict[str, Any]:
        """Show the job as the List action of its kind does."""
        described = self.describe()
        return {name: described[name] for name in self.SUMMARY if name in described}
