"""Training data in the embedded AWS, and requests to train on it."""

from __future__ import annotations

import json
from typing import Any

from local.demo.pictures import DataSet, demo_data_set
from tests.local.aws.sandbox import Sandbox, allow, unique

IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"
LABELS = "shapes"


class TrainingData:
    """Some of the demo's pictures, their manifest, and a role that may read them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.prefix = f"s3://{sandbox.bucket}/images/"
        self.data_set: DataSet = demo_data_set(self.prefix, LABELS, "job")
        for name, image in self.data_set.images.items():
            sandbox.s3.put_object(Bucket=sandbox.bucket, Key=f"images/{name}", Body=image)
        self.lines = [json.loads(line) for line in self.data_set.manifest.splitlines()[:24]]
        self.role = self.training_role()

    def training_role(self, *without: str) -> str:
        """A role with what a training job needs, less the actions named."""
        actions = (
            "s3:GetObject",
            "s3:PutObject",
            "s3:GetBucketLocation",
            "s3:ListBucket",
            "logs:*",
        )
        statements = [allow(action, "*") for action in actions if action not in without]
        return self.sandbox.role("sagemaker.amazonaws.com", *statements)

    def manifest(self, lines: list[dict[str, Any]] | bytes) -> str:
        """Write a manifest; returns its URI."""
        key = f"{unique('manifests/m')}.manifest"
        body = lines if isinstance(lines, bytes) else _json_lines(lines)
        self.sandbox.s3.put_object(Bucket=self.sandbox.bucket, Key=key, Body=body)
        return f"s3://{self.sandbox.bucket}/{key}"

    def request(
        self,
        train: list[dict[str, Any]] | bytes | None = None,
        *,
        attributes: tuple[str, ...] = ("source-ref", LABELS),
        hyperparameters: dict[str, str] | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        """A request that trains on `train` (default: 20 lines) and validates on the other 4."""
        train = self.lines[:20] if train is None else train
        uris = {"train": self.manifest(train), "validation": self.manifest(self.lines[20:])}
        samples = len(train) if isinstance(train, list) else 1
        return {
            "TrainingJobName": unique("job"),
            "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "Pipe"},
            "RoleArn": self.role,
            "InputDataConfig": [_channel(name, uri, attributes) for name, uri in uris.items()],
            "OutputDataConfig": {"S3OutputPath": f"s3://{self.sandbox.bucket}/models/"},
            "ResourceConfig": {
                "InstanceType": "ml.g4dn.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 50,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            "HyperParameters": {
                "num_classes": "3",
                "num_training_samples": str(samples),
                "mini_batch_size": "8",
                "label_width": "60",
                **(hyperparameters or {}),
            },
            **members,
        }

    def train(self, request: dict[str, Any]) -> dict[str, Any]:
        """Create a training job and describe it when it has ended."""
        self.sandbox.sagemaker.create_training_job(**request)
        return self.ended(request)

    def ended(self, request: dict[str, Any]) -> dict[str, Any]:
        """The description of a job that has ended, or ends soon."""
        name = request["TrainingJobName"]
        self.sandbox.aws.training.wait_until_finished(name)
        described: dict[str, Any] = self.sandbox.sagemaker.describe_training_job(
            TrainingJobName=name
        )
        return described


def _channel(name: str, uri: str, attributes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "ChannelName": name,
        "DataSource": {
            "S3DataSource": {
                "S3DataType": "AugmentedManifestFile",
                "S3Uri": uri,
                "S3DataDistributionType": "FullyReplicated",
                "AttributeNames": list(attributes),
            }
        },
        "ContentType": "application/x-recordio",
        "RecordWrapperType": "RecordIO",
        "CompressionType": "None",
    }


def _json_lines(lines: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(line) + "\n" for line in lines).encode()
