"""What a test asks of the next jobs of a kind: to fail, to stop, to wait, to lack capacity."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Literal

StoppedAs = Literal["Stopped", "MaxRuntimeExceeded", "MaxWaitTimeExceeded"]


class Hold:
    """Keeps a job at work until it is released (or stopped)."""

    def __init__(self) -> None:
        self._released = threading.Event()

    def release(self) -> None:
        """Let the job go on."""
        self._released.set()

    @property
    def released(self) -> bool:
        """Whether the job may go on."""
        return self._released.is_set()


@dataclass(frozen=True, slots=True)
class JobScript:
    """How one job departs from a run that completes.

    Attributes:
        fail: the job fails at work with this FailureReason.
        stop_as: the job ends as Stopped with this SecondaryStatus.
        keeps_model: a job that stops has written its model artifact before.
        hold: the job stays at work until released.
        before_answer: the job has ended when its creation is answered.
        artifact: the ``model.tar.gz`` that a training job writes without learning anything.
        spoil: a transform job gives no output for the objects whose key ends like this, and ends as
            Failed.
    """

    fail: str | None = None
    stop_as: StoppedAs | None = None
    keeps_model: bool = False
    hold: Hold | None = None
    before_answer: bool = False
    artifact: bytes | None = None
    spoil: str | None = None


@dataclass(slots=True)
class JobFaults:
    """The scripts of the jobs to come, first come first served, and the instances that are out."""

    _scripts: deque[JobScript] = field(default_factory=deque)
    _without_capacity: set[str] = field(default_factory=set)

    def next_job(
        self,
        *,
        fail: str | None = None,
        stop_as: StoppedAs | None = None,
        keeps_model: bool = False,
        before_answer: bool = False,
        artifact: bytes | None = None,
        spoil: str | None = None,
    ) -> None:
        """Let the next job that is created depart from the usual; see ``JobScript``."""
        self._scripts.append(
            JobScript(fail, stop_as, keeps_model, None, before_answer, artifact, spoil)
        )

    def hold_next_job(self, *, fail: str | None = None, stop_as: StoppedAs | None = None) -> Hold:
        """Keep the next job from its end; the answer releases it."""
        hold = Hold()
        self._scripts.append(JobScript(fail, stop_as, hold=hold))
        return hold

    def lack_capacity(self, *instance_types: str) -> None:
        """Fail every job on these instance types with a CapacityError before it starts."""
        self._without_capacity.update(instance_types)

    def restore_capacity(self) -> None:
        """Make all instance types available again."""
        self._without_capacity.clear()

    def take_script(self) -> JobScript:
        """Take the script of the job that is created now."""
        return self._scripts.popleft() if self._scripts else JobScript()

    def has_capacity(self, instance_type: str) -> bool:
        """Return whether instances of the type can be had."""
        return instance_type not in self._without_capacity

    def clear(self) -> None:
        """Forget all that was asked for and not used."""
        self._scripts.clear()
        self._without_capacity.clear()
