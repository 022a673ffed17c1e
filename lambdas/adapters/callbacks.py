"""The task tokens in the pipeline's bucket."""

import msgspec

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.adapters.documents import read_document, write_document
from lambdas.contract import BucketLayout
from lambdas.messages import Callback


class S3Callbacks:
    """Implements ``lambdas.jobs.ports.Callbacks``."""

    def __init__(self, bucket: str) -> None:
        self._layout = BucketLayout(bucket)

    def put(self, callback: Callback) -> None:
        """Keep a token; it replaces the one this execution left for the same job before."""
        write_document(self._layout.bucket, self._key(callback), msgspec.json.encode(callback))

    def waiting_for(self, job: str) -> list[Callback]:
        """Return the tokens of all executions that wait for a job."""
        bucket, prefix = self._layout.bucket, self._layout.callbacks_of(job)
        with transient_faults_named():
            listing = clients.s3().list_objects_v2(Bucket=bucket, Prefix=prefix)
        found = (
            read_document(bucket, item["Key"], Callback) for item in listing.get("Contents", [])
        )
        return [callback for callback in found if callback is not None]

    def discard(self, callback: Callback) -> None:
        """Forget a token; harmless where it is gone."""
        with transient_faults_named():
            clients.s3().delete_object(Bucket=self._layout.bucket, Key=self._key(callback))

    def _key(self, callback: Callback) -> str:
        return self._layout.callback(callback.job.name, callback.execution.name)
