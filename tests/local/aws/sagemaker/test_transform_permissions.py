"""The permissions that creating a model and a transform job needs."""

from __future__ import annotations

import pytest

from tests.local.aws.sagemaker.caller import Caller, passing, where
from tests.local.aws.sagemaker.training_requests import IMAGE, TrainingData
from tests.local.aws.sagemaker.transform_requests import TransformData
from tests.local.aws.sandbox import Sandbox, allow, unique

JOBS = "arn:aws:sagemaker:*:*:transform-job/transform-*"
MODELS = "arn:aws:sagemaker:*:*:model/model-*"


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TransformData:
    return TransformData(TrainingData(sandbox))


@pytest.fixture(scope="module")
def caller(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.mark.parametrize(
    "missing", ["", "sagemaker:CreateModel", "iam:PassRole", "sagemaker:AddTags"]
)
def test_creating_a_model_needs_to_pass_its_role(
    data: TransformData, caller: Caller, missing: str
) -> None:
    role = data.role()
    request = {
        "ModelName": unique("model"),
        "PrimaryContainer": {"Image": IMAGE, "ModelDataUrl": data.artifact},
        "ExecutionRoleArn": role,
        "Tags": [{"Key": "k", "Value": "v"}],
    }
    needed = [
        allow("sagemaker:CreateModel", MODELS),
        allow("sagemaker:AddTags", MODELS),
        passing(role, "sagemaker.amazonaws.com"),
    ]
    given = [statement for statement in needed if statement["Action"] != missing]
    error = caller.call("create_model", request, *given)
    assert (missing in error["Message"]) if error else not missing


def test_creating_a_job_needs_no_role_to_pass(data: TransformData, caller: Caller) -> None:
    create = allow("sagemaker:CreateTransformJob", JOBS)
    assert caller.call("create_transform_job", data.request(), create) is None
    elsewhere = allow("sagemaker:CreateTransformJob", MODELS)
    assert caller.call("create_transform_job", data.request(), elsewhere)


@pytest.mark.parametrize(
    ("key", "allowed", "other"),
    [
        ("InstanceTypes", "ml.c5.xlarge", "ml.m5.xlarge"),
        ("ModelArn", "arn:aws:sagemaker:us-east-1:000000000000:model/{model}", "arn:other"),
    ],
)
def test_a_job_can_be_allowed_under_a_condition(
    data: TransformData, caller: Caller, key: str, allowed: str, other: str
) -> None:
    create = allow("sagemaker:CreateTransformJob", JOBS)
    right = where(create, **{key: allowed.format(model=data.model)})
    assert caller.call("create_transform_job", data.request(), right) is None
    assert caller.call("create_transform_job", data.request(), where(create, **{key: other}))


def test_stopping_and_describing_are_permissions_on_the_job(
    data: TransformData, caller: Caller
) -> None:
    request = data.request()
    data.transform(request)
    name = {"TransformJobName": request["TransformJobName"]}
    for method, action in (("describe", "Describe"), ("stop", "Stop")):
        may = allow(f"sagemaker:{action}TransformJob", JOBS)
        error = caller.call(f"{method}_transform_job", name, may)
        assert error is None or "is in status Completed" in error["Message"]
        refused = caller.call(f"{method}_transform_job", name, allow(may["Action"], MODELS))
        assert refused
        assert refused["Code"] == "AccessDeniedException"
