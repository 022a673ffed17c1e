"""The CreateModel and CreateTransformJob requests, built by Start Transform Job."""

from collections.abc import Mapping
from typing import Any

from lambdas.contract import MODEL_ENVIRONMENT, takes_volume_key
from lambdas.jobs.description import Description
from lambdas.jobs.request_members import execution_tags, key_member, vpc_member
from lambdas.messages.evaluation import Prediction
from lambdas.messages.execution import Execution
from lambdas.messages.job import Job
from lambdas.settings import StartTransformJobSettings

MAX_PAYLOAD_MB = 50
MAX_CONCURRENT_TRANSFORMS = 2
"""Their product may be 100 at most (CreateTransformJob, MaxPayloadInMB). An image above the payload
would go without an answer, and Ground Truth labels images of up to 40 MB: so two are sent at a
time, however small they are, and few cores suffice."""


def model_request(
    name: str, prediction: Prediction, settings: StartTransformJobSettings, execution: Execution
) -> dict[str, Any]:
    """Return the keyword arguments of boto3's ``create_model``.

    With ModelDataUrl: a ModelDataSource cannot be used in batch transform (API reference,
    ContainerDefinition).
    """
    return {
        "ModelName": name,
        "PrimaryContainer": {
            "Image": prediction.container,
            "ModelDataUrl": prediction.model_artifact,
            "Environment": MODEL_ENVIRONMENT,
        },
        "ExecutionRoleArn": settings.model_role_arn,
        "EnableNetworkIsolation": settings.network_isolation,
        **vpc_member(settings.vpc_subnets, settings.security_groups),
        "Tags": execution_tags(execution),
    }


def transform_job_request(
    job: Job, prediction: Prediction, settings: StartTransformJobSettings, execution: Execution
) -> dict[str, Any]:
    """Return the keyword arguments of boto3's ``create_transform_job``.

    Each image is an object of its own, sent whole: its type is the algorithm's documented one
    (SageMaker developer guide, object-detection.html), and the answer comes in its usual form.
    """
    return {
        "TransformJobName": job.name,
        "ModelName": job.name,
        "MaxConcurrentTransforms": MAX_CONCURRENT_TRANSFORMS,
        "MaxPayloadInMB": MAX_PAYLOAD_MB,
        "BatchStrategy": "SingleRecord",
        "TransformInput": {
            "DataSource": {
                "S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": prediction.images}
            },
            "ContentType": "application/x-image",
            "CompressionType": "None",
            "SplitType": "None",
        },
        "TransformOutput": {
            "S3OutputPath": prediction.output,
            "AssembleWith": "None",
            **key_member("KmsKeyId", settings.kms_key_arn),
        },
        "TransformResources": {
            "InstanceType": job.instance_type,
            "InstanceCount": job.instance_count,
            **key_member(
                "VolumeKmsKeyId",
                settings.kms_key_arn if takes_volume_key(job.instance_type) else None,
            ),
        },
        "Tags": execution_tags(execution),
    }


def is_same_job(request: Mapping[str, Any], description: Description) -> bool:
    """Tell whether an existing transform job gives the answers that the request asks for.

    The list of images and the place of the answers are of one execution, model and bucket.
    """
    existing = description.response
    return all(
        _without_key(existing[member]) == _without_key(request[member])
        for member in ("TransformInput", "TransformOutput")
    )


def _without_key(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "KmsKeyId"}
