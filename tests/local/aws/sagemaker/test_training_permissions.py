"""The permissions that creating a training job needs."""

from __future__ import annotations

import pytest

from tests.local.aws.sagemaker.caller import Caller, passing, where
from tests.local.aws.sagemaker.training_requests import TrainingData
from tests.local.aws.sandbox import Sandbox, allow


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TrainingData:
    return TrainingData(sandbox)


@pytest.fixture(scope="module")
def caller(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.mark.parametrize(
    "missing", ["sagemaker:CreateTrainingJob", "iam:PassRole", "sagemaker:AddTags"]
)
def test_creating_a_job_needs_each_of_its_permissions(
    data: TrainingData, caller: Caller, missing: str
) -> None:
    jobs = "arn:aws:sagemaker:*:*:training-job/job-*"
    statements = [
        allow("sagemaker:CreateTrainingJob", jobs),
        allow("sagemaker:AddTags", jobs),
        passing(data.role, "sagemaker.amazonaws.com"),
    ]
    tags = [{"Key": "k", "Value": "v"}]
    assert caller.call("create_training_job", data.request(Tags=tags), *statements) is None
    remaining = [statement for statement in statements if statement["Action"] != missing]
    error = caller.call("create_training_job", data.request(Tags=tags), *remaining)
    assert error is not None
    assert error["Code"] == "AccessDeniedException"
    assert missing in error["Message"]


def test_a_role_that_may_be_passed_to_another_service_only_is_refused(
    data: TrainingData, caller: Caller
) -> None:
    create = allow("sagemaker:CreateTrainingJob", "*")
    error = caller.call(
        "create_training_job", data.request(), create, passing(data.role, "lambda.amazonaws.com")
    )
    assert error is not None
    assert "iam:PassRole" in error["Message"]


def test_a_job_can_be_allowed_on_some_instance_types_only(
    data: TrainingData, caller: Caller
) -> None:
    passed = passing(data.role, "sagemaker.amazonaws.com")
    create = allow("sagemaker:CreateTrainingJob", "*")
    small, large = (where(create, InstanceTypes=f"ml.g4dn.{size}") for size in ("xlarge", "metal"))
    assert caller.call("create_training_job", data.request(), small, passed) is None
    assert caller.call("create_training_job", data.request(), large, passed) is not None
