"""Messages and settings with every field filled; tests name only what they are about."""

from collections.abc import Mapping
from typing import Any

from lambdas.jobs.description import Description
from lambdas.messages.dataset import Dataset
from lambdas.messages.evaluation import Evaluated, EvaluationPlan, Prediction
from lambdas.messages.execution import Execution
from lambdas.messages.job import Callback, Job
from lambdas.messages.outcome import Outcome
from lambdas.messages.payloads import StartTrainingJobEvent, StartTransformJobEvent
from lambdas.settings import StartTrainingJobSettings, StartTransformJobSettings

MACHINE = "arn:aws:states:us-east-1:111122223333:execution:pipeline"
STATE_MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"


def any_execution(name: str = "dogs-3f2a9c81d0e4", redrive_count: int = 0) -> Execution:
    return Execution(name=name, arn=f"{MACHINE}:{name}", redrive_count=redrive_count)


def any_dataset(**changes: Any) -> Dataset:
    fields: dict[str, Any] = {
        "manifest": "s3://bucket/labeling/dogs/manifests/output/output.manifest",
        "version_id": "v1",
        "newest_only": True,
        "train_manifest": "s3://bucket/executions/dogs-3f2a9c81d0e4/train.manifest",
        "validation_manifest": "s3://bucket/executions/dogs-3f2a9c81d0e4/validation.manifest",
        "report": "s3://bucket/executions/dogs-3f2a9c81d0e4/report.json",
        "report_page": "s3://bucket/executions/dogs-3f2a9c81d0e4/report.html",
        "label_attribute": "bb",
        "hyperparameters": {
            "num_classes": "2",
            "num_training_samples": "80",
            "label_width": "350",
            "mini_batch_size": "8",
        },
        "records": {"total": 100, "usable": 100},
        "boxes": 250,
        "max_boxes_per_image": 5,
        "classes": ["dog", "cat"],
        "split": {"train": 80, "validation": 20},
    }
    return Dataset(**{**fields, **changes})


def any_outcome(**changes: Any) -> Outcome:
    dataset = any_dataset()
    fields: dict[str, Any] = {
        "model_artifact": "s3://bucket/models/gt-train-dogs/output/model.tar.gz",
        "training_job": "gt-train-dogs",
        "instance_type": "ml.g4dn.xlarge",
        "instance_count": 1,
        "bills": [],
        "billable_instance_seconds": 0,
        "spot_saving": 0.0,
        "metrics": {"validation:mAP": 0.61},
        "manifest": dataset.manifest,
        "version_id": dataset.version_id,
        "label_attribute": dataset.label_attribute,
        "records": dataset.records,
        "boxes": dataset.boxes,
        "classes": dataset.classes,
        "split": dataset.split,
        "hyperparameters": {"overlap_threshold": "0.6"},
        "report": dataset.report,
        "report_page": dataset.report_page,
        "execution": any_execution().arn,
    }
    return Outcome(**{**fields, **changes})


def any_evaluated(**changes: Any) -> Evaluated:
    fields: dict[str, Any] = {
        "held_out": "validation",
        "images": 20,
        "held_out_images": 20,
        "missing_images": 0,
        "boxes": 50,
        "unseen_classes": 0,
        "ap": 0.5,
        "ap50": 0.75,
        "ap75": 0.25,
        "ap_interval": (0.45, 0.55),
        "ap50_interval": (0.7, 0.8),
        "best_f1": None,
        "incumbent": None,
        "incumbent_ap": None,
        "incumbent_ap50": None,
        "not_compared": None,
        "document": "s3://bucket/executions/dogs-3f2a9c81d0e4/evaluation.json",
        "page": "s3://bucket/executions/dogs-3f2a9c81d0e4/evaluation.html",
        "review_manifest": None,
    }
    return Evaluated(**{**fields, **changes})


def any_plan(**changes: Any) -> EvaluationPlan:
    folder = "s3://bucket/executions/dogs-3f2a9c81d0e4/evaluation/"
    prediction = Prediction(
        model="candidate",
        image_bucket="images",
        image_count=20,
        images=f"{folder}images-images.json",
        output=f"{folder}predictions/candidate/images/",
        model_artifact=any_outcome().model_artifact,
        container="811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1",
    )
    fields: dict[str, Any] = {
        "held_out": "validation",
        "images": 20,
        "held_out_images": 20,
        "evaluated_records": f"{folder}evaluated.manifest",
        "incumbent": None,
        "not_compared": None,
        "predictions": [prediction],
    }
    return EvaluationPlan(**{**fields, **changes})


def any_settings(**changes: Any) -> StartTrainingJobSettings:
    fields: dict[str, Any] = {
        "bucket": "bucket",
        "topic_arn": "topic",
        "training_image": "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1",
        "training_role_arn": "arn:aws:iam::111122223333:role/training",
        "training_job_prefix": "gt-train",
        "instance_types": ("ml.g4dn.xlarge", "ml.g5.xlarge"),
        "instance_count": 1,
        "volume_size_gb": 50,
        "max_runtime_seconds": 86400,
        "max_pending_seconds": 7200,
        "max_capacity_rounds": 2,
        "kms_key_arn": None,
        "vpc_subnets": (),
        "security_groups": (),
        "network_isolation": False,
        "encrypt_inter_container_traffic": False,
        "max_billable_hours": None,
        "managed_spot_training": False,
        "max_wait_seconds": 172800,
        "hyperparameters": {"base_network": "resnet-50", "mini_batch_size": "32"},
    }
    return StartTrainingJobSettings(**{**fields, **changes})


def any_start_event(redrive_count: int = 0, **changes: Any) -> StartTrainingJobEvent:
    fields: dict[str, Any] = {
        "dataset": any_dataset(),
        "attempt": 0,
        "capacity_misses": 0,
        "internal_errors": 0,
        "execution": any_execution(redrive_count=redrive_count),
    }
    return StartTrainingJobEvent(**{**fields, **changes})


def any_prediction(**changes: Any) -> Prediction:
    fields: dict[str, Any] = {
        "model": "candidate",
        "image_bucket": "photos",
        "image_count": 20,
        "images": "s3://bucket/executions/dogs-3f2a9c81d0e4/evaluation/images-photos.json",
        "output": "s3://bucket/executions/dogs-3f2a9c81d0e4/evaluation/predictions/candidate/photos/",
        "model_artifact": "s3://bucket/models/gt-train-dogs-1/output/model.tar.gz",
        "container": "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1",
    }
    return Prediction(**{**fields, **changes})


def any_transform_settings(**changes: Any) -> StartTransformJobSettings:
    fields: dict[str, Any] = {
        "bucket": "bucket",
        "topic_arn": "topic",
        "model_role_arn": "arn:aws:iam::111122223333:role/model",
        "training_job_prefix": "gt-train",
        "transform_instance_types": ("ml.c5.xlarge", "ml.m5.xlarge"),
        "max_transform_seconds": 21_600,
        "max_capacity_rounds": 2,
        "max_billable_hours": None,
        "kms_key_arn": None,
        "vpc_subnets": (),
        "security_groups": (),
        "network_isolation": False,
    }
    return StartTransformJobSettings(**{**fields, **changes})


def any_start_transform_event(redrive_count: int = 0, **changes: Any) -> StartTransformJobEvent:
    fields: dict[str, Any] = {
        "prediction": any_prediction(),
        "attempt": 0,
        "capacity_misses": 0,
        "internal_errors": 0,
        "execution": any_execution(redrive_count=redrive_count),
    }
    return StartTransformJobEvent(**{**fields, **changes})


def any_job(**changes: Any) -> Job:
    fields: dict[str, Any] = {
        "name": "gt-train-dogs-3f2a9c81d0e4-5d0c2f19-1",
        "instance_type": "ml.g4dn.xlarge",
        "instance_count": 1,
        "attempt": 0,
        "redrive_count": 0,
        "execution_arn": any_execution().arn,
    }
    return Job(**{**fields, **changes})


def any_callback(job: Job, task_token: str = "token", redrive_count: int = 0) -> Callback:
    return Callback(
        task_token=task_token,
        execution=any_execution(redrive_count=redrive_count),
        job=job,
    )


def described(response: Mapping[str, Any]) -> Description:
    return Description.of("Training", response)


def any_description(status: str, secondary: str | None = None, **more: Any) -> Description:
    name = more.pop("name", "gt-train-dogs-1")
    return described(
        {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
            "TrainingJobStatus": status,
            "SecondaryStatus": secondary or status,
            "ResourceConfig": {"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 2},
            **more,
        }
    )
