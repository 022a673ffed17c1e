"""Models, and the tags of what is not a training job."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.sagemaker.training_requests import IMAGE, TrainingData
from tests.local.aws.sagemaker.transform_requests import TransformData
from tests.local.aws.sandbox import Sandbox


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TransformData:
    return TransformData(TrainingData(sandbox))


def test_a_model_is_there_until_it_is_deleted(data: TransformData) -> None:
    sagemaker, name = data.sandbox.sagemaker, data.create_model(data.role())
    assert sagemaker.describe_model(ModelName=name)["PrimaryContainer"]["Image"] == IMAGE
    with pytest.raises(ClientError, match="Cannot create already existing model"):
        sagemaker.create_model(
            ModelName=name, PrimaryContainer={"Image": IMAGE}, ExecutionRoleArn=data.role()
        )
    sagemaker.delete_model(ModelName=name)
    with pytest.raises(ClientError, match="Could not find model"):
        sagemaker.describe_model(ModelName=name)


def test_models_are_listed_by_a_part_of_their_name(data: TransformData) -> None:
    sagemaker, name = data.sandbox.sagemaker, data.create_model(data.role())
    listed = [each["ModelName"] for each in sagemaker.list_models(NameContains=name)["Models"]]
    assert listed == [name]
    assert sagemaker.list_models(NameContains=f"{name}-of-nobody")["Models"] == []


def test_a_model_needs_its_artifact_and_a_role_that_sagemaker_may_assume(
    data: TransformData,
) -> None:
    with pytest.raises(ClientError, match="Could not access model data"):
        data.create_model(data.role(), f"s3://{data.sandbox.bucket}/none.tar.gz")
    with pytest.raises(ClientError, match="Could not access model data"):
        data.create_model(data.role("s3:GetObject"))
    with pytest.raises(ClientError, match="Could not assume role"):
        data.sandbox.sagemaker.create_model(ModelName="m", PrimaryContainer={"Image": IMAGE})
    with pytest.raises(ClientError, match="Could not assume role"):
        data.create_model("arn:aws:iam::000000000000:role/no-such-role")


def test_a_model_that_was_deleted_can_be_made_again_without_its_tags(data: TransformData) -> None:
    sagemaker, name = data.sandbox.sagemaker, data.create_model(data.role())
    arn = sagemaker.describe_model(ModelName=name)["ModelArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    sagemaker.delete_model(ModelName=name)
    container = {"Image": IMAGE, "ModelDataUrl": data.artifact}
    sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=data.role())
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_tags_of_jobs_and_models_can_be_read_and_changed(data: TransformData) -> None:
    sagemaker, tags = data.sandbox.sagemaker, [{"Key": "k", "Value": "1"}]
    arn = data.transform(data.request(Tags=tags))["TransformJobArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "k", "Value": "2"}])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "k", "Value": "2"}]
    model = sagemaker.describe_model(ModelName=data.model)["ModelArn"]
    assert sagemaker.list_tags(ResourceArn=model)["Tags"] == []
    with pytest.raises(ClientError, match="not found"):
        sagemaker.list_tags(ResourceArn=f"{arn}-of-nobody")
