"""Runs a job of any kind in its thread, from its begin to its end."""

from __future__ import annotations

import logging
import time
from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from local.aws.sagemaker.job import Job, JobFailed
from local.aws.sagemaker.job_faults import JobScript

JobT = TypeVar("JobT", bound=Job)

CAPACITY_ERROR = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
    "different ML instance type."
)
_log = logging.getLogger(__name__)


class RoleClients(Protocol):
    """Makes clients that act with a role's permissions."""

    def __call__(self, service: str) -> Any:
        """Make a client of that service with the credentials of the job's role."""


class Stopped(Exception):
    """The job was asked to stop, or stops by itself."""


class JobRun(ABC, Generic[JobT]):
    """The life of one job.

    Args:
        job: its record.
        script: how it departs from a run that completes.
        clients: clients with the permissions of the job's role, for all that it reads and writes.
        has_capacity: whether its instances can be had.
        pace: seconds the job stays in each status, so that a person can follow it.
    """

    LOG_GROUP: ClassVar[str]

    def __init__(
        self, job: JobT, script: JobScript, clients: RoleClients, *, has_capacity: bool, pace: float
    ) -> None:
        self.job, self.script, self.clients = job, script, clients
        self.has_capacity, self.pace = has_capacity, pace

    def run(self) -> None:
        """Take the job to its end; the job's record says how it went."""
        try:
            self.work()
        except Stopped:
            self.stop()
        except JobFailed as failure:
            self._fail(str(failure))
        except Exception as bug:  # noqa: BLE001 - whatever it is, the job must not hang
            _log.exception("%s %s", self.job.KIND.words, self.job.name)
            self._fail(f"InternalServerError: {bug!r}")
        else:
            self._write_log()
            self.job.end("Completed")

    @abstractmethod
    def work(self) -> None:
        """Do what the job is for; raises ``Stopped`` or ``JobFailed``."""

    @abstractmethod
    def stop(self) -> None:
        """End the job as Stopped."""

    def follow_script(self) -> None:
        """Stay where the job is held, then fail or stop if that was asked for."""
        while self.script.hold is not None and not self.script.hold.released:
            self.dwell(0.01)
        self.dwell()
        if self.script.fail is not None:
            raise JobFailed(self.script.fail)
        if self.script.stop_as is not None:
            raise Stopped

    def dwell(self, seconds: float | None = None) -> None:
        """Stay for a while; raises ``Stopped`` if that is asked for meanwhile."""
        if self.job.stop_requested.wait(self.pace if seconds is None else seconds):
            raise Stopped

    def keep_going(self) -> None:
        """Raise ``Stopped`` if that has been asked for."""
        self.dwell(0)

    def end_stopped(self, detail: str = "") -> None:
        """Write the log and enter the status Stopped."""
        self._write_log()
        self.job.end("Stopped", detail)

    def _fail(self, reason: str) -> None:
        self._write_log()
        self.job.failed(reason)

    def _write_log(self) -> None:
        """Write the log with the role's permissions; without them there is none, as at AWS."""
        job = self.job
        stream = f"{job.name}/algo-1-{int(job.created)}"
        now = int(time.time() * 1000)
        events = [{"timestamp": now, "message": line} for line in job.log]
        if not events:
            return
        try:
            logs = self.clients("logs")
            _create(logs.create_log_group, logGroupName=self.LOG_GROUP)
            _create(logs.create_log_stream, logGroupName=self.LOG_GROUP, logStreamName=stream)
            logs.put_log_events(logGroupName=self.LOG_GROUP, logStreamName=stream, logEvents=events)
        except (ClientError, BotoCoreError) as error:
            _log.info("no log for %s %s: %s", job.KIND.words, job.name, error)


def _create(operation: Any, **names: str) -> None:
    try:
        operation(**names)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
