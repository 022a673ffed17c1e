"""The permissions that creating a training job needs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.aws.sagemaker.training_requests import TrainingData
from tests.local.aws.sandbox import Sandbox, allow, document


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TrainingData:
    return TrainingData(sandbox)


class Creator:
    """A function that creates training jobs, and whose permissions can be changed."""

    SOURCE = """
        import boto3, botocore.exceptions
        def handler(event, context):
            try:
                boto3.client("sagemaker").create_training_job(**event)
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]
    """

    def __init__(self, data: TrainingData) -> None:
        self._sandbox = data.sandbox
        self._role = self._sandbox.role("lambda.amazonaws.com")
        self._function = self._sandbox.function(self.SOURCE, role=self._role)

    def create(self, request: dict[str, Any], *statements: dict[str, Any]) -> dict[str, str] | None:
        """The error of creating a job with exactly these permissions; None if it was created."""
        self._sandbox.iam.put_role_policy(
            RoleName=self._role.split("/")[-1],
            PolicyName="p",
            PolicyDocument=json.dumps(document(*statements)),
        )
        answer = self._sandbox.functions.invoke(
            FunctionName=self._function, Payload=json.dumps(request)
        )
        error: dict[str, str] | None = json.loads(answer["Payload"].read())
        return error


@pytest.fixture(scope="module")
def creator(data: TrainingData) -> Creator:
    return Creator(data)


def passing(role: str, service: str) -> dict[str, Any]:
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return allow("iam:PassRole", role) | {"Condition": condition}


@pytest.mark.parametrize(
    "missing", ["sagemaker:CreateTrainingJob", "iam:PassRole", "sagemaker:AddTags"]
)
def test_creating_a_job_needs_each_of_its_permissions(
    data: TrainingData, creator: Creator, missing: str
) -> None:
    jobs = "arn:aws:sagemaker:*:*:training-job/job-*"
    statements = [
        allow("sagemaker:CreateTrainingJob", jobs),
        allow("sagemaker:AddTags", jobs),
        passing(data.role, "sagemaker.amazonaws.com"),
    ]
    tags = [{"Key": "k", "Value": "v"}]
    assert creator.create(data.request(Tags=tags), *statements) is None
    remaining = [statement for statement in statements if statement["Action"] != missing]
    error = creator.create(data.request(Tags=tags), *remaining)
    assert error is not None
    assert error["Code"] == "AccessDeniedException"
    assert missing in error["Message"]


def test_a_role_that_may_be_passed_to_another_service_only_is_refused(
    data: TrainingData, creator: Creator
) -> None:
    create = allow("sagemaker:CreateTrainingJob", "*")
    error = creator.create(data.request(), create, passing(data.role, "lambda.amazonaws.com"))
    assert error is not None
    assert "iam:PassRole" in error["Message"]
