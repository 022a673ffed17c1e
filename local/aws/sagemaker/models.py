"""SageMaker's actions on models: an artifact, the image that runs it, and a role."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import ClientError

from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.listing import Entry, listed
from local.aws.sagemaker.refusals import validation_error

_SUMMARY = ("ModelName", "ModelArn", "CreationTime")


class Models:
    """All models by name."""

    def __init__(self) -> None:
        self.by_name: dict[str, dict[str, Any]] = {}

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def create_model(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateModel; the artifact must be there for the model's role."""
        name, role = request["ModelName"], request.get("ExecutionRoleArn", "")
        arn = self._account.arn("model", name)
        if name in self.by_name:
            raise validation_error(f'Cannot create already existing model "{arn}".')
        self._account.require_role(role, arn)
        self._require_artifact(request.get("PrimaryContainer", {}).get("ModelDataUrl"), role)
        self._account.tag(arn, request.get("Tags", []))
        self.by_name[name] = {
            **{member: value for member, value in request.items() if member != "Tags"},
            "ModelArn": arn,
            "CreationTime": time.time(),
        }
        return {"ModelArn": arn}

    def describe_model(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeModel."""
        return self.find(request["ModelName"])

    def list_models(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListModels."""
        entries = (
            Entry(name, model["CreationTime"], {member: model[member] for member in _SUMMARY})
            for name, model in tuple(self.by_name.items())
        )
        return listed(entries, request, "Models")

    def delete_model(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteModel; jobs that run the model go on."""
        model = self.find(request["ModelName"])
        del self.by_name[model["ModelName"]]
        self._account.forget(model["ModelArn"])
        return {}

    def find(self, name: str) -> dict[str, Any]:
        """Return a model.

        Raises:
            RequestRefused: ValidationException, in SageMaker's words.
        """
        model = self.by_name.get(name)
        if model is None:
            raise validation_error(f'Could not find model "{self._account.arn("model", name)}".')
        return model

    def _require_artifact(self, uri: str | None, role: str) -> None:
        if uri is None:
            return
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            self._account.client_of_role(role, "s3").head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            raise validation_error(f"Could not access model data at {uri}. ({error})") from error
