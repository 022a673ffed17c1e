"""The requests for a model and its transform job say what the documentation asks for."""

from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from lambdas.jobs.description import Description
from lambdas.transform.request import (
    MAX_CONCURRENT_TRANSFORMS,
    MAX_PAYLOAD_MB,
    is_same_job,
    model_request,
    transform_job_request,
)
from tests.unit.jobs.factories import (
    any_execution,
    any_job,
    any_prediction,
    any_transform_settings,
)

KEY = "arn:aws:kms:us-east-1:111122223333:key/1"
HARDENED: dict[str, Any] = {
    "kms_key_arn": KEY,
    "vpc_subnets": ("subnet-1",),
    "security_groups": ("sg-1",),
    "network_isolation": True,
}


def model(**settings: Any) -> dict[str, Any]:
    return model_request(
        "job-1", any_prediction(), any_transform_settings(**settings), any_execution()
    )


def job(instance_type: str = "ml.c5.xlarge", **settings: Any) -> dict[str, Any]:
    return transform_job_request(
        any_job(name="job-1", instance_type=instance_type),
        any_prediction(),
        any_transform_settings(**settings),
        any_execution(),
    )


def problems(operation: str, request: dict[str, Any]) -> str:
    service = ServiceModel(Loader().load_service_model("sagemaker", "service-2"))
    shape = service.operation_model(operation).input_shape
    assert shape is not None
    report: str = ParamValidator().validate(request, shape).generate_report()
    return report


@pytest.mark.parametrize("settings", [{}, HARDENED])
def test_both_requests_are_valid_by_the_api_model(settings: dict[str, Any]) -> None:
    assert problems("CreateModel", model(**settings)) == ""
    assert problems("CreateTransformJob", job(**settings)) == ""


def test_a_model_is_the_artifact_in_its_container_on_one_thread() -> None:
    request = model()

    assert request["PrimaryContainer"] == {
        "Image": any_prediction().container,
        "ModelDataUrl": any_prediction().model_artifact,
        "Environment": {"OMP_NUM_THREADS": "1"},
    }
    assert request["ExecutionRoleArn"] == "arn:aws:iam::111122223333:role/model"
    assert "VpcConfig" not in request
    assert request["EnableNetworkIsolation"] is False


def test_a_transform_job_sends_each_image_of_the_list_to_its_own_model() -> None:
    request = job()

    assert request["ModelName"] == request["TransformJobName"] == "job-1"
    assert request["BatchStrategy"] == "SingleRecord"
    assert request["TransformInput"] == {
        "DataSource": {
            "S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": any_prediction().images}
        },
        "ContentType": "application/x-image",
        "CompressionType": "None",
        "SplitType": "None",
    }
    assert request["TransformOutput"] == {
        "S3OutputPath": any_prediction().output,
        "AssembleWith": "None",
    }
    assert request["TransformResources"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1}


def test_the_largest_image_fits_and_what_is_under_way_is_no_more_than_is_allowed() -> None:
    request = job()

    assert request["MaxPayloadInMB"] == MAX_PAYLOAD_MB > 40
    assert request["MaxConcurrentTransforms"] == MAX_CONCURRENT_TRANSFORMS
    assert MAX_PAYLOAD_MB * MAX_CONCURRENT_TRANSFORMS <= 100


def test_both_are_tagged_with_their_execution() -> None:
    tags = [{"Key": "gt-train:execution", "Value": any_execution().arn}]

    assert model()["Tags"] == job()["Tags"] == tags


def test_the_account_is_protected_as_the_settings_say() -> None:
    assert job(**HARDENED)["TransformOutput"]["KmsKeyId"] == KEY
    assert job(**HARDENED)["TransformResources"]["VolumeKmsKeyId"] == KEY
    assert model(**HARDENED)["EnableNetworkIsolation"] is True
    assert model(**HARDENED)["VpcConfig"] == {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}


def test_a_volume_that_encrypts_itself_is_given_no_key() -> None:
    resources = job("ml.g4dn.xlarge", kms_key_arn=KEY)["TransformResources"]

    assert "VolumeKmsKeyId" not in resources


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"TransformResources": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}}, True),
        ({"TransformOutput": {**job()["TransformOutput"], "KmsKeyId": KEY}}, True),
        ({"TransformOutput": {**job()["TransformOutput"], "S3OutputPath": "s3://b/x/"}}, False),
        ({"TransformInput": {**job()["TransformInput"], "ContentType": "text/csv"}}, False),
    ],
)
def test_a_job_is_the_same_whose_images_and_answers_are(
    changed: dict[str, Any], same: bool
) -> None:
    existing = Description(name="", arn="", status="Completed", response={**job(), **changed})

    assert is_same_job(job(), existing) is same
