"""What a deployed pipeline has under way: executions, and the training jobs they are billed for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import boto3

from cli.deployed_stack import stack_output
from lambdas.contract import EXECUTION_TAG

LISTED_A_CALL = 100
"""Of ListTrainingJobs, at most."""


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
class RunningWork:
    """The executions of one pipeline that run, by ARN, and its training jobs that do, by name."""

    executions: tuple[str, ...]
    training_jobs: tuple[str, ...]

    @classmethod
    def of_stack(cls, account: Account, stack: str) -> Self:
        """Look at a stack's pipeline; raises ``StackNotUsable`` where it is no deployed one."""
        machine = stack_output(account.cloudformation, stack, "StateMachineArn")
        return cls(
            tuple(_running_executions(account.stepfunctions, machine)),
            tuple(_running_jobs(account.sagemaker, machine)),
        )

    def __bool__(self) -> bool:
        return bool(self.executions or self.training_jobs)

    def stop(self, account: Account) -> None:
        """Stop it all; the executions first, so that none of them asks for another job."""
        for execution in self.executions:
            account.stepfunctions.stop_execution(
                executionArn=execution, cause="Stopped by gt-train stop"
            )
        for job in self.training_jobs:
            try:
                account.sagemaker.stop_training_job(TrainingJobName=job)
            except account.sagemaker.exceptions.ClientError as error:
                # It has ended meanwhile, or the pipeline has stopped it itself.
                if error.response["Error"]["Code"] != "ValidationException":
                    raise


def _running_executions(stepfunctions: Any, machine: str) -> Iterator[str]:
    pages = stepfunctions.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for page in pages:
        for execution in page["executions"]:
            yield execution["executionArn"]


def _running_jobs(sagemaker: Any, machine: str) -> Iterator[str]:
    """Whose a job is, its tag says: names may have had another prefix."""
    of_machine = f"{machine.replace(':stateMachine:', ':execution:', 1)}:"
    pages = sagemaker.get_paginator("list_training_jobs").paginate(
        StatusEquals="InProgress", PaginationConfig={"PageSize": LISTED_A_CALL}
    )
    for page in pages:
        for job in page["TrainingJobSummaries"]:
            tags = sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"]
            if any(
                tag["Key"] == EXECUTION_TAG and tag["Value"].startswith(of_machine) for tag in tags
            ):
                yield job["TrainingJobName"]
