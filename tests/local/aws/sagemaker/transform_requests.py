"""Models in the embedded AWS, and requests to run them over images."""

from __future__ import annotations

import json
from typing import Any

from local.aws.sagemaker.scripted_model import NOTHING, ScriptedModel
from tests.local.aws.sagemaker.training_requests import IMAGE, TrainingData
from tests.local.aws.sandbox import allow, unique

ROW = (1.0, 0.75, 0.25, 0.25, 0.5, 0.5)


class TransformData:
    """A model that answers ``ROW``, a role that may run it, and images to run it over."""

    def __init__(self, data: TrainingData) -> None:
        self.sandbox = data.sandbox
        self.keys = [f"images/{name}" for name in list(data.data_set.images)[:3]]
        self.artifact = self.put_artifact(ScriptedModel(otherwise=(ROW, NOTHING)).to_bytes())
        self.model = self.create_model(self.role())

    def put_artifact(self, content: bytes) -> str:
        """Write an artifact; return its URI."""
        bucket, key = self.sandbox.bucket, f"models/{unique('artifact')}.tar.gz"
        self.sandbox.s3.put_object(Bucket=bucket, Key=key, Body=content)
        return f"s3://{bucket}/{key}"

    def role(self, *without: str) -> str:
        """A role with what a model needs, less the actions named."""
        actions = ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "logs:*")
        statements = [allow(action, "*") for action in actions if action not in without]
        return self.sandbox.role("sagemaker.amazonaws.com", *statements)

    def create_model(self, role: str, artifact: str | None = None) -> str:
        """Create a model; return its name."""
        name = unique("model")
        container = {"Image": IMAGE, "ModelDataUrl": artifact or self.artifact}
        self.sandbox.sagemaker.create_model(
            ModelName=name, PrimaryContainer=container, ExecutionRoleArn=role
        )
        return name

    def request(
        self, keys: list[str] | None = None, *, prefix: str = "", **members: Any
    ) -> dict[str, Any]:
        """A request to run the model over the images of some keys below a prefix."""
        bucket, name = self.sandbox.bucket, unique("transform")
        manifest = [{"prefix": f"s3://{bucket}/{prefix}"}, *(self.keys if keys is None else keys)]
        key = f"manifests/{name}.json"
        self.sandbox.s3.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
        source = {"S3DataType": "ManifestFile", "S3Uri": f"s3://{bucket}/{key}"}
        return {
            "TransformJobName": name,
            "ModelName": self.model,
            "TransformInput": {
                "DataSource": {"S3DataSource": source},
                "ContentType": "application/x-image",
            },
            "TransformOutput": {"S3OutputPath": f"s3://{bucket}/predictions/{name}"},
            "TransformResources": {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
            **members,
        }

    def transform(self, request: dict[str, Any]) -> dict[str, Any]:
        """Create a transform job and describe it when it has ended."""
        self.sandbox.sagemaker.create_transform_job(**request)
        return self.ended(request)

    def ended(self, request: dict[str, Any]) -> dict[str, Any]:
        """The description of a job that has ended, or ends soon."""
        name = request["TransformJobName"]
        self.sandbox.aws.transform.wait_until_finished(name)
        described: dict[str, Any] = self.sandbox.sagemaker.describe_transform_job(
            TransformJobName=name
        )
        return described

    def answers(self, request: dict[str, Any]) -> dict[str, Any]:
        """The documents that a job has written, by the key of their image."""
        bucket, prefix = self.sandbox.bucket, f"predictions/{request['TransformJobName']}/"
        listing = self.sandbox.s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
        keys = [item["Key"] for item in listing.get("Contents", [])]
        return {
            key.removeprefix(prefix).removesuffix(".out"): json.loads(
                self.sandbox.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            )
            for key in keys
        }
