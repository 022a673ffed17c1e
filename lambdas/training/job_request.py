"""The CreateTrainingJob request, built by Start Training Job from the dataset and the settings."""

from collections.abc import Mapping
from typing import Any

from lambdas.contract import BucketLayout, takes_volume_key
from lambdas.jobs.description import Description
from lambdas.jobs.request_members import execution_tags, key_member, vpc_member
from lambdas.messages.dataset import Dataset
from lambdas.messages.execution import Execution
from lambdas.settings import StartTrainingJobSettings

SHUFFLE_SEED = 7
"""Any fixed number: in Pipe mode the lines are shuffled anew at the start of every epoch."""


def training_job_request(
    *,
    name: str,
    instance_type: str,
    max_runtime_seconds: int,
    dataset: Dataset,
    settings: StartTrainingJobSettings,
    execution: Execution,
) -> dict[str, Any]:
    """Return the keyword arguments of boto3's ``create_training_job``.

    Augmented manifests train in Pipe mode only, each record wrapped as RecordIO, the image first
    and its annotations second (SageMaker Developer Guide, object-detection and
    augmented-manifest). Both channels are shuffled line by line.
    """
    layout = BucketLayout(settings.bucket)
    attributes = ["source-ref", dataset.label_attribute]
    volume_key = takes_volume_key(instance_type)
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": settings.training_image,
            "TrainingInputMode": "Pipe",
        },
        "RoleArn": settings.training_role_arn,
        "HyperParameters": _hyperparameters(settings, dataset.hyperparameters),
        "InputDataConfig": [
            _channel("train", dataset.train_manifest, attributes),
            _channel("validation", dataset.validation_manifest, attributes),
        ],
        "OutputDataConfig": {
            "S3OutputPath": layout.model_output_uri(),
            **key_member("KmsKeyId", settings.kms_key_arn),
        },
        "ResourceConfig": {
            "InstanceType": instance_type,
            "InstanceCount": settings.instance_count,
            "VolumeSizeInGB": settings.volume_size_gb,
            **key_member("VolumeKmsKeyId", settings.kms_key_arn if volume_key else None),
        },
        "EnableNetworkIsolation": settings.network_isolation,
        "EnableInterContainerTrafficEncryption": settings.encrypt_inter_container_traffic,
        **vpc_member(settings.vpc_subnets, settings.security_groups),
        "StoppingCondition": {
            "MaxRuntimeInSeconds": max_runtime_seconds,
            "MaxPendingTimeInSeconds": settings.max_pending_seconds,
        },
        "Tags": execution_tags(execution),
    } | _spot(layout.checkpoints_uri(name), max_runtime_seconds, settings)


def is_same_job(request: Mapping[str, Any], description: Description) -> bool:
    """Tell whether an existing training job is the one that the request asks for.

    The channels name files of one execution, so equal input means the same execution asked; on
    which instance type the model was trained makes no other model of it.
    """
    existing = description.response
    same_settings = existing.get("HyperParameters") == request["HyperParameters"]
    return same_settings and _manifests(existing) == _manifests(request)


def _hyperparameters(
    settings: StartTrainingJobSettings, derived: Mapping[str, str]
) -> dict[str, str]:
    """Return what the user set, completed by what the data say, as strings.

    ``derived`` wins: it was computed from the manifest with the configured values in view.
    ``use_pretrained_model`` is always present because the documentation and the container
    disagree on its default (documented 1, ``default-input.json`` says 0). Without ``kv_store``
    the container keeps its parameters on one machine, and several would train a model each.
    """
    several = {"kv_store": "dist_sync"} if settings.instance_count > 1 else {}
    return {"use_pretrained_model": "1", **several, **settings.hyperparameters, **derived}


def _spot(
    checkpoints: str, max_runtime_seconds: int, settings: StartTrainingJobSettings
) -> dict[str, Any]:
    """Spot capacity is taken away and given back: the job goes on from its last checkpoint."""
    if not settings.managed_spot_training:
        return {}
    return {
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": checkpoints},
        "StoppingCondition": {
            "MaxRuntimeInSeconds": max_runtime_seconds,
            "MaxWaitTimeInSeconds": max(settings.max_wait_seconds, max_runtime_seconds),
        },
    }


def _channel(name: str, manifest_uri: str, attributes: list[str]) -> dict[str, Any]:
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "AugmentedManifestFile",
                "S3Uri": manifest_uri,
                "S3DataDistributionType": "FullyReplicated",
                "AttributeNames": attributes,
            }
        },
        "ContentType": "application/x-recordio",
        "RecordWrapperType": "RecordIO",
        "CompressionType": "None",
        "ShuffleConfig": {"Seed": SHUFFLE_SEED},
    }


def _manifests(job: Mapping[str, Any]) -> dict[str, str]:
    return {
        channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri"]
        for channel in job.get("InputDataConfig", [])
    }
