"""SageMaker's jobs of each kind, as the protocols need them."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, message, transient_faults_named
from lambdas.contract import EXECUTION_TAG
from lambdas.errors import CapacityUnavailable, PipelineError, ResourceLimitExceeded
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind

NO_CAPACITY = ("CapacityError", "InsufficientCapacity", "InsufficientCapacityException")
REFUSALS = ("ValidationException", "AccessDeniedException", "ResourceNotFound")
"""Of a request that SageMaker does not take as it stands."""

MOST_A_PAGE = 100
"""Of ListTrainingJobs and ListTransformJobs."""


class SageMakerJobs:
    """Implements ``lambdas.jobs.ports.Jobs``: operations differ by the kind's word alone."""

    def __init__(self, kind: JobKind) -> None:
        self._kind = kind
        self._name = f"{kind.api}JobName"

    def create(self, request: Mapping[str, Any]) -> bool:
        """Create a job; False where one of this name exists already."""
        with transient_faults_named():
            try:
                self._call("create_{}_job", **request)
            except ClientError as error:
                if code(error) == "ResourceInUse":
                    return False
                raise self._refusal(error) from error
        return True

    def describe(self, name: str) -> Description | None:
        """Return the job as it is; None where there is no such job."""
        with transient_faults_named():
            try:
                response = self._call("describe_{}_job", **{self._name: name})
            except ClientError as error:
                if is_not_found(error):
                    return None
                raise
        return Description.of(self._kind.api, response)

    def stop(self, name: str) -> None:
        """Ask for the job to be stopped; harmless where it has ended."""
        with transient_faults_named():
            try:
                self._call("stop_{}_job", **{self._name: name})
            except ClientError as error:
                if code(error) != "ValidationException":
                    raise

    def running(self) -> Iterator[Description]:
        """Return all jobs of the kind that run in the account, whoever started them.

        A hundred a call: an account may list twice a second (SageMaker quotas).
        """
        api = self._kind.api
        client: Any = clients.sagemaker()
        pages = client.get_paginator(f"list_{api.lower()}_jobs").paginate(
            StatusEquals="InProgress", PaginationConfig={"PageSize": MOST_A_PAGE}
        )
        with transient_faults_named():
            for page in pages:
                for summary in page[f"{api}JobSummaries"]:
                    yield Description.of(api, summary)

    def execution_of(self, job: Description) -> str | None:
        """Return the ARN of the execution that a job's tag names; None where it has none."""
        return execution_tagged(job.arn)

    def _call(self, operation: str, **arguments: Any) -> Mapping[str, Any]:
        call = getattr(clients.sagemaker(), operation.format(self._kind.api.lower()))
        response: Mapping[str, Any] = call(**arguments)
        return response

    def _refusal(self, error: ClientError) -> Exception:
        if code(error) in NO_CAPACITY:
            return CapacityUnavailable(message(error))
        return refusal(error, self._kind.refused, self._kind.noun)


def execution_tagged(arn: str) -> str | None:
    """Return the ARN of the execution that a resource's tag names; None where it has none."""
    with transient_faults_named():
        tags = clients.sagemaker().list_tags(ResourceArn=arn)["Tags"]
    return next((tag["Value"] for tag in tags if tag["Key"] == EXECUTION_TAG), None)


def is_not_found(error: ClientError) -> bool:
    """Tell a missing job: to SageMaker ``ValidationException: Requested resource not found``."""
    return code(error) == "ResourceNotFound" or (
        code(error) == "ValidationException" and "not found" in message(error)
    )


def refusal(error: ClientError, refused: type[PipelineError], noun: str) -> Exception:
    """Return the pipeline's error for what SageMaker says; the error itself where it has none."""
    said = message(error)
    if code(error) == "ResourceLimitExceeded":
        return ResourceLimitExceeded(said)
    if code(error) in REFUSALS:
        return refused(f"SageMaker refuses the {noun}: {said}")
    return error
