"""What SageMaker checks of a CreateTrainingJob request beyond its API model."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from local.aws.sagemaker.refusals import validation_error

# These instances keep their volume on local NVMe storage, which takes no volume key.
_LOCAL_STORAGE = ("ml.g4dn.", "ml.g5.", "ml.p3dn.")


def check_request(request: dict[str, Any]) -> None:
    """Check how members of the request fit together.

    Raises:
        RequestRefused: ValidationException with what does not fit.
    """
    _check_resources(request["ResourceConfig"])
    _check_times(request)
    for channel in request.get("InputDataConfig", []):
        _check_channel(channel, request["AlgorithmSpecification"]["TrainingInputMode"])


def check_input_exists(request: dict[str, Any], s3: Any, region: str) -> None:
    """Check that each channel's data lies where it says, seen with the training role's access.

    Raises:
        RequestRefused: ValidationException, in SageMaker's words.
    """
    for channel in request.get("InputDataConfig", []):
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        try:
            s3.head_bucket(Bucket=bucket)
            s3.get_bucket_location(Bucket=bucket)
            found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("KeyCount", 0)
            reason = "The specified key does not exist"
        except ClientError as error:
            found, reason = 0, error.response["Error"]["Message"]
        if not found:
            raise validation_error(
                f'No S3 objects found under S3 URL "{uri}" given in input data source. Please '
                f"ensure that the bucket exists in the selected region ({region}), that objects "
                f'exist under that S3 prefix, and that the role "{request["RoleArn"]}" has '
                f'"s3:ListBucket" permissions on bucket "{bucket}". Error message from S3: {reason}'
            )


def _check_resources(resources: dict[str, Any]) -> None:
    if "InstanceType" not in resources or not resources.get("InstanceCount"):
        raise validation_error("ResourceConfig needs an InstanceType and an InstanceCount")
    if "VolumeKmsKeyId" in resources and resources["InstanceType"].startswith(_LOCAL_STORAGE):
        raise validation_error(
            f"VolumeKmsKeyId is not supported for {resources['InstanceType']}, whose storage is "
            "local"
        )


def _check_times(request: dict[str, Any]) -> None:
    condition = request["StoppingCondition"]
    longest, wait = (
        condition.get("MaxRuntimeInSeconds", 86_400),
        condition.get("MaxWaitTimeInSeconds"),
    )
    if wait is not None and not request.get("EnableManagedSpotTraining"):
        raise validation_error("MaxWaitTimeInSeconds is only supported for managed spot training")
    if request.get("EnableManagedSpotTraining") and (wait is None or wait < longest):
        raise validation_error(
            f"Invalid MaxWaitTimeInSeconds {wait}: it must be present and greater than or equal to "
            f"MaxRuntimeInSeconds {longest} for managed spot training"
        )


def _check_channel(channel: dict[str, Any], job_mode: str) -> None:
    source = channel["DataSource"].get("S3DataSource", {})
    if source.get("S3DataType") != "AugmentedManifestFile":
        return
    name = channel["ChannelName"]
    if channel.get("InputMode", job_mode) != "Pipe":
        raise validation_error(f"AugmentedManifestFile needs Pipe input mode (channel {name})")
    if not source.get("AttributeNames"):
        raise validation_error(f"AugmentedManifestFile needs AttributeNames (channel {name})")
