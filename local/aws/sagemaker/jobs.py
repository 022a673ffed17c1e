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


class Jobs(Generic[JobT]):
    """All jobs of one kind, oldest first, and what the next ones are to do."""

    def __init__(self, kind: type[JobT]) -> None:
        self._kind = kind.KIND
        self.by_name: dict[str, JobT] = {}
        self.faults = JobFaults()
        self._lock = threading.Lock()

    def stop_all(self) -> None:
        """Stop every job that runs, and wait for it."""
        for job in self.by_name.values():
            job.stop_requested.set()
        for job in self.by_name.values():
            job.finished.wait(_STOP_SECONDS)

    def wait_until_finished(self, name: str, timeout: float = 120.0) -> JobT:
        """Wait for a job's end; return the job.

        Raises:
            TimeoutError: it has not ended within ``timeout`` seconds.
        """
        job = self.by_name[name]
        if not job.finished.wait(timeout):
            raise TimeoutError(f"{self._kind.words} {name} is still {job.status}")
        return job

    def create(self, account: SageMakerAccount, name: str, make: Creation[JobT]) -> JobT:
        """Take in a new job.

        Raises:
            RequestRefused: ResourceInUse, when there is one of the name, or what ``make`` raises.
        """
        arn = account.arn(self._kind.resource, name)
        with self._lock:
            if name in self.by_name:
                raise RequestRefused(
                    "ResourceInUse",
                    f"{self._kind.words.capitalize()} names must be unique within an AWS account "
                    f"and region, and a {self._kind.words} with this name already exists ({arn})",
                )
            job = self.by_name[name] = make(arn)
        return job

    def run(self, job: JobT, script: JobScript, run: JobRun[JobT]) -> None:
        """Run a job in a thread of its own, which sees the request's region and account."""
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(run.run,), name=job.name, daemon=True).start()
        if script.before_answer:
            job.finished.wait()

    def find(self, request: dict[str, Any]) -> JobT:
        """Return the job that a request names.

        Raises:
            RequestRefused: ValidationException, in SageMaker's words.
        """
        job = self.by_name.get(request[f"{self._kind.name}Name"])
        if job is None:
            raise validation_error("Requested resource not found.")
        return job

    def stop(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer the Stop action."""
        job = self.find(request)
        if job.status != "InProgress":
            raise validation_error(
                f"The request was rejected because the {self._kind.words} is in status "
                f"{job.status}."
            )
        job.stop_requested.set()
        return {}

    def list(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer the List action."""
        status = request.get("StatusEquals")
        entries = (
            Entry(job.name, job.created, job.summary())
            for job in tuple(self.by_name.values())
            if status in (None, job.status)
        )
        return listed(entries, request, f"{self._kind.name}Summaries")
