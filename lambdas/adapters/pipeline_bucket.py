"""The small objects in the pipeline's bucket: tokens, records of training jobs, outcomes."""

from typing import TypeVar

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.contract import BucketLayout
from lambdas.messages import Callback, Outcome, TrainingJob

T = TypeVar("T")


class PipelineBucket:
    """Implements ``lambdas.training.ports.Callbacks`` and ``ExecutionFiles``."""

    def __init__(self, bucket: str) -> None:
        self.layout = BucketLayout(bucket)

    def put(self, callback: Callback) -> None:
        """Keep a token; it replaces the one this execution left for the same job before."""
        self.write(self._key(callback), msgspec.json.encode(callback))

    def waiting_for(self, training_job: str) -> list[Callback]:
        """Return the tokens of all executions that wait for a training job."""
        prefix = self.layout.callbacks_of(training_job)
        with transient_faults_named():
            listing = clients.s3().list_objects_v2(Bucket=self.layout.bucket, Prefix=prefix)
        found = (self._read(item["Key"], Callback) for item in listing.get("Contents", []))
        return [callback for callback in found if callback is not None]

    def discard(self, callback: Callback) -> None:
        """Forget a token; harmless where it is gone."""
        with transient_faults_named():
            clients.s3().delete_object(Bucket=self.layout.bucket, Key=self._key(callback))

    def put_training_jobs(self, execution: str, jobs: list[TrainingJob]) -> None:
        """Record the training jobs of an execution, with the one that it is about to start."""
        self.write(self.layout.training_jobs(execution), msgspec.json.encode(jobs))

    def training_jobs(self, execution: str) -> list[TrainingJob]:
        """Return the training jobs that an execution recorded, oldest first."""
        return self._read(self.layout.training_jobs(execution), list[TrainingJob]) or []

    def put_outcome(self, execution: str, outcome: Outcome) -> None:
        """Write an execution's outcome, indented for people to read."""
        text = msgspec.json.format(msgspec.json.encode(outcome), indent=2)
        self.write(self.layout.outcome(execution), text + b"\n")

    def write(self, key: str, body: bytes, media_type: str = "application/json") -> None:
        """Write a document."""
        with transient_faults_named():
            clients.s3().put_object(
                Bucket=self.layout.bucket, Key=key, Body=body, ContentType=media_type
            )

    def _key(self, callback: Callback) -> str:
        return self.layout.callback(callback.training_job.name, callback.execution.name)

    def _read(self, key: str, kind: type[T]) -> T | None:
        with transient_faults_named():
            try:
                body = clients.s3().get_object(Bucket=self.layout.bucket, Key=key)["Body"].read()
            except ClientError as error:
                if code(error) != "NoSuchKey":
                    raise
                return None
        return msgspec.json.decode(body, type=kind)
