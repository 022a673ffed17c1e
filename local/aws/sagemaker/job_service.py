"""The jobs of one kind: created once under a name, found, listed, stopped."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.job import Job
from local.aws.sagemaker.job_faults import JobFaults, JobScript
from local.aws.sagemaker.job_run import JobRun
from local.aws.sagemaker.listing import Entry, listed
from local.aws.sagemaker.refusals import RequestRefused, validation_error

JobT = TypeVar("JobT", bound=Job)

_STOP_SECONDS = 5.0

Creation = Callable[[str], JobT]
"""Checks what else must hold, and makes the job of an ARN."""


class JobService(Generic[JobT]):
    """What SageMaker does with the jobs of any kind.

    Attributes:
        jobs: all jobs by name, oldest first.
        faults: what the next jobs are to do.
        pace: seconds a job stays in each of its statuses (0: as fast as it can read the data).
    """

    def __init__(self, kind: type[JobT], *, pace: float) -> None:
        self.jobs: dict[str, JobT] = {}
        self.faults = JobFaults()
        self.pace = pace
        self._kind = kind.KIND
        self._lock = threading.Lock()

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def stop_all(self) -> None:
        """Stop every job that runs, and wait for it."""
        for job in self.jobs.values():
            job.stop_requested.set()
        for job in self.jobs.values():
            job.finished.wait(_STOP_SECONDS)

    def wait_until_finished(self, name: str, timeout: float = 120.0) -> JobT:
        """Wait for a job's end; return the job.

        Raises:
            TimeoutError: it has not ended within ``timeout`` seconds.
        """
        job = self.jobs[name]
        if not job.finished.wait(timeout):
            raise TimeoutError(f"{self._kind.words} {name} is still {job.status}")
        return job

    def _create(self, name: str, make: Creation[JobT]) -> JobT:
        """Take in a new job.

        Raises:
            RequestRefused: ResourceInUse, when there is one of the name, or what ``make`` raises.
        """
        arn = self._account.arn(self._kind.resource, name)
        with self._lock:
            if name in self.jobs:
                raise RequestRefused(
                    "ResourceInUse",
                    f"{self._kind.words.capitalize()} names must be unique within an AWS account "
                    f"and region, and a {self._kind.words} with this name already exists ({arn})",
                )
            job = self.jobs[name] = make(arn)
        return job

    def _run(self, job: JobT, script: JobScript, run: JobRun[JobT]) -> None:
        """Run a job in a thread of its own, which sees the request's region and account."""
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(run.run,), name=job.name, daemon=True).start()
        if script.before_answer:
            job.finished.wait()

    def _find(self, request: dict[str, Any]) -> JobT:
        """Return the job that a request names.

        Raises:
            RequestRefused: ValidationException, in SageMaker's words.
        """
        job = self.jobs.get(request[f"{self._kind.name}Name"])
        if job is None:
            raise validation_error("Requested resource not found.")
        return job

    def _stop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer the Stop action."""
        job = self._find(request)
        if job.status != "InProgress":
            raise validation_error(
                f"The request was rejected because the {self._kind.words} is in status "
                f"{job.status}."
            )
        job.stop_requested.set()
        return {}

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer the List action."""
        status = request.get("StatusEquals")
        entries = (
            Entry(job.name, job.created, job.summary())
            for job in tuple(self.jobs.values())
            if status in (None, job.status)
        )
        return listed(entries, request, f"{self._kind.name}Summaries")
