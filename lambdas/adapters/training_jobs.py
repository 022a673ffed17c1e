"""SageMaker's training jobs, as the protocols need them."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, message, transient_faults_named
from lambdas.contract import EXECUTION_TAG
from lambdas.errors import CapacityUnavailable, ResourceLimitExceeded, TrainingRequestRefused
from lambdas.jobs.description import Description

_NO_CAPACITY = ("CapacityError", "InsufficientCapacity", "InsufficientCapacityException")

MOST_A_PAGE = 100
"""Of ListTrainingJobs."""


class SageMakerTrainingJobs:
    """Implements ``lambdas.jobs.ports.Jobs``."""

    def create(self, request: Mapping[str, Any]) -> bool:
        """Create a training job; False where one of this name exists already."""
        with transient_faults_named():
            try:
                clients.sagemaker().create_training_job(**request)
            except ClientError as error:
                if code(error) == "ResourceInUse":
                    return False
                raise _refusal(error) from error
        return True

    def describe(self, name: str) -> Description | None:
        """Return the job as it is; None where there is no such job."""
        with transient_faults_named():
            try:
                response = clients.sagemaker().describe_training_job(TrainingJobName=name)
            except ClientError as error:
                if _is_not_found(error):
                    return None
                raise
        return _description(response)

    def stop(self, name: str) -> None:
        """Ask for the job to be stopped; harmless where it has ended."""
        with transient_faults_named():
            try:
                clients.sagemaker().stop_training_job(TrainingJobName=name)
            except ClientError as error:
                if code(error) != "ValidationException":
                    raise

    def running(self) -> Iterator[Description]:
        """Return all training jobs of the account that run, whoever started them.

        A hundred a call: an account may list twice a second (SageMaker quotas).
        """
        pages = (
            clients.sagemaker()
            .get_paginator("list_training_jobs")
            .paginate(StatusEquals="InProgress", PaginationConfig={"PageSize": MOST_A_PAGE})
        )
        with transient_faults_named():
            for page in pages:
                yield from map(_description, page["TrainingJobSummaries"])

    def execution_of(self, job: Description) -> str | None:
        """Return the ARN of the execution that a job's tag names; None where it has none."""
        with transient_faults_named():
            tags = clients.sagemaker().list_tags(ResourceArn=job.arn)["Tags"]
        return next((tag["Value"] for tag in tags if tag["Key"] == EXECUTION_TAG), None)


def _description(response: Mapping[str, Any]) -> Description:
    return Description(
        name=response["TrainingJobName"],
        arn=response["TrainingJobArn"],
        status=response["TrainingJobStatus"],
        response=response,
        ended_at=response.get("TrainingEndTime"),
    )


def _is_not_found(error: ClientError) -> bool:
    """A missing job is ``ValidationException: Requested resource not found`` to SageMaker."""
    return code(error) == "ResourceNotFound" or (
        code(error) == "ValidationException" and "not found" in message(error)
    )


def _refusal(error: ClientError) -> Exception:
    said = message(error)
    if code(error) == "ResourceLimitExceeded":
        return ResourceLimitExceeded(said)
    if code(error) in _NO_CAPACITY:
        return CapacityUnavailable(said)
    if code(error) in ("ValidationException", "AccessDeniedException", "ResourceNotFound"):
        return TrainingRequestRefused(f"SageMaker refuses the training job: {said}")
    return error
