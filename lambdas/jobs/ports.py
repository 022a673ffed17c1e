"""What the protocols need of AWS. ``lambdas.adapters`` implements it on boto3; tests in memory.

Every method raises ``errors.ServiceUnavailable`` where the same call may succeed later.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from lambdas.jobs.callbacks import KeptCallback
from lambdas.jobs.description import Description
from lambdas.jobs.runs import Runs
from lambdas.messages.job import Callback, Job


class Jobs(Protocol):
    """SageMaker's jobs of one kind."""

    def create(self, request: Mapping[str, Any]) -> bool:
        """Create a job; False where one of this name exists already.

        Raises ``ResourceLimitExceeded``, ``CapacityUnavailable`` or the kind's own refusal.
        """

    def describe(self, name: str) -> Description | None:
        """Return the job as it is; None where there is no such job, or none yet to be seen."""

    def stop(self, name: str) -> None:
        """Ask for the job to be stopped; harmless where it has ended."""

    def running(self) -> Iterable[Description]:
        """Return all jobs of the account that run, whoever started them."""

    def execution_of(self, job: Description) -> str | None:
        """Return the ARN of the execution that a job's tag names; None where it has none."""


class Callbacks(Protocol):
    """The task tokens of those who wait, kept by job and execution."""

    def put(self, callback: Callback) -> KeptCallback:
        """Keep a token; it replaces the one this execution left for the same job before."""

    def waiting_for(self, job: str) -> list[KeptCallback]:
        """Return the tokens of all executions that wait for a job."""

    def discard(self, kept: KeptCallback) -> None:
        """Forget a token; harmless where it is gone or another one has replaced it."""


class Executions(Protocol):
    """The state machine's executions."""

    def succeed(self, task_token: str, output: Mapping[str, Any]) -> bool:
        """Answer a waiting task; False where it has been settled before."""

    def fail(self, task_token: str, error: str, cause: str) -> bool:
        """Fail a waiting task; False where it has been settled before."""

    def runs(self, execution_arn: str) -> Runs:
        """Return how far an execution has come; ``FORGOTTEN`` where there is none."""


class JobRecords(Protocol):
    """The jobs of one kind that each execution has asked for, kept in the pipeline's bucket.

    Those of each item lie apart, so that items side by side do not overwrite each other's.
    """

    def put_jobs(self, execution: str, jobs: list[Job]) -> None:
        """Record the jobs of an item of an execution, with the one that it is about to start."""

    def jobs(self, execution: str) -> list[Job]:
        """Return the jobs that an execution recorded, those of an item oldest first."""
