"""What a deployed pipeline has under way: executions, and the jobs they are billed for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import boto3

from cli.deployed_stack import stack_output
from lambdas.contract import EXECUTION_TAG

LISTED_A_CALL = 100
"""Of ListTrainingJobs and ListTransformJobs, at most."""

KINDS = ("Training", "Transform")
"""How the operations on jobs of each kind begin in SageMaker's API."""


@dataclass(frozen=True, slots=True)
class Account:
    """The services of the account that are asked; clients of boto3."""

    cloudformation: Any
    stepfunctions: Any
    sagemaker: Any

    @classmethod
    def of_environment(cls) -> Self:
        """Return the account and region of the environment's credentials."""
        session = boto3.Session()
        return cls(
            session.client("cloudformation"),
            session.client("stepfunctions"),
            session.client("sagemaker"),
        )


@dataclass(frozen=True, slots=True)
class RunningJob:
    """A job that runs; ``kind`` is one of ``KINDS``."""

    kind: str
    name: str

    def stop(self, sagemaker: Any) -> None:
        """Ask for the job to be stopped; harmless where it has ended meanwhile."""
        stop = getattr(sagemaker, f"stop_{self.kind.lower()}_job")
        try:
            stop(**{f"{self.kind}JobName": self.name})
        except sagemaker.exceptions.ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise


@dataclass(frozen=True, slots=True)
class RunningWork:
    """The executions of one pipeline that run, by ARN, and its jobs that do."""

    executions: tuple[str, ...]
    jobs: tuple[RunningJob, ...]

    @classmethod
    def of_stack(cls, account: Account, stack: str) -> Self:
        """Look at a stack's pipeline; raises ``StackNotUsable`` where it is no deployed one."""
        machine = stack_output(account.cloudformation, stack, "StateMachineArn")
        return cls(
            tuple(_running_executions(account.stepfunctions, machine)),
            tuple(job for kind in KINDS for job in _running(kind, account.sagemaker, machine)),
        )

    def __bool__(self) -> bool:
        return bool(self.executions or self.jobs)

    def stop(self, account: Account) -> None:
        """Stop it all; the executions first, so that none of them asks for another job."""
        for execution in self.executions:
            account.stepfunctions.stop_execution(
                executionArn=execution, cause="Stopped by gt-train stop"
            )
        for job in self.jobs:
            job.stop(account.sagemaker)


def _running_executions(stepfunctions: Any, machine: str) -> Iterator[str]:
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for page in pages:
        for execution in page["executions"]:
            yield execution["executionArn"]


def _running(kind: str, sagemaker: Any, machine: str) -> Iterator[RunningJob]:
    """Whose a job is, its tag says: names may have had another prefix."""
    of_machine = f"{machine.replace(':stateMachine:', ':execution:', 1)}:"
    pages = sagemaker.get_paginator(f"list_{kind.lower()}_jobs").paginate(
        StatusEquals="InProgress", PaginationConfig={"PageSize": LISTED_A_CALL}
    )
    for page in pages:
        for job in page[f"{kind}JobSummaries"]:
            tags = sagemaker.list_tags(ResourceArn=job[f"{kind}JobArn"])["Tags"]
            if any(
                tag["Key"] == EXECUTION_TAG and tag["Value"].startswith(of_machine) for tag in tags
            ):
                yield RunningJob(kind, job[f"{kind}JobName"])
