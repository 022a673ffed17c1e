"""SageMaker's Model entities: each transform job has one of its own name."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.adapters.sagemaker_jobs import MOST_A_PAGE, execution_tagged, refusal
from lambdas.errors import TransformRequestRefused
from lambdas.transform.models import Model


class SageMakerModels:
    """Implements ``lambdas.transform.models.Models``."""

    def create(self, request: Mapping[str, Any]) -> None:
        """Create a model; harmless where one of this name exists.

        The API reference names no error for a name that is taken (CreateModel): whether it is,
        SageMaker is asked.
        """
        with transient_faults_named():
            try:
                clients.sagemaker().create_model(**request)
            except ClientError as error:
                if code(error) != "ValidationException" or not self._exists(request["ModelName"]):
                    raise refusal(error, TransformRequestRefused, "model") from error

    def named(self, part: str) -> Iterator[Model]:
        """Return the account's models with these characters in their name."""
        pages = (
            clients.sagemaker()
            .get_paginator("list_models")
            .paginate(NameContains=part, PaginationConfig={"PageSize": MOST_A_PAGE})
        )
        with transient_faults_named():
            for page in pages:
                for each in page["Models"]:
                    yield Model(name=each["ModelName"], arn=each["ModelArn"])

    def execution_of(self, model: Model) -> str | None:
        """Return the ARN of the execution that a model's tag names; None where it has none."""
        return execution_tagged(model.arn)

    def delete(self, name: str) -> None:
        """Delete a model; harmless where it is gone, of which a ``ValidationException`` tells."""
        with transient_faults_named():
            try:
                clients.sagemaker().delete_model(ModelName=name)
            except ClientError as error:
                if code(error) != "ValidationException":
                    raise

    @staticmethod
    def _exists(name: str) -> bool:
        try:
            clients.sagemaker().describe_model(ModelName=name)
        except ClientError as error:
            if code(error) != "ValidationException":
                raise
            return False
        return True
