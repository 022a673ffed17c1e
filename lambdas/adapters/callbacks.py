"""The task tokens in the pipeline's bucket."""

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named
from lambdas.adapters.documents import keys_below, read_document, write_document
from lambdas.contract import BucketLayout
from lambdas.jobs.callbacks import KeptCallback
from lambdas.messages.job import Callback

_GONE = ("NoSuchKey", "PreconditionFailed")
"""What a conditional DeleteObject answers where the object is gone or has been replaced (S3 user
guide, conditional-deletes.html)."""


class S3Callbacks:
    """Implements ``lambdas.jobs.ports.Callbacks``; a record's tag is its ETag."""

    def __init__(self, bucket: str) -> None:
        self._layout = BucketLayout(bucket)

    def put(self, callback: Callback) -> KeptCallback:
        """Keep a token; it replaces the one this execution left for the same job before."""
        body = msgspec.json.encode(callback)
        return KeptCallback(
            callback, write_document(self._layout.bucket, self._key(callback), body)
        )

    def waiting_for(self, job: str) -> list[KeptCallback]:
        """Return the tokens of all executions that wait for a job."""
        found = (
            read_document(self._layout.bucket, key, Callback)
            for key in keys_below(self._layout.bucket, self._layout.callbacks_of(job))
        )
        return [KeptCallback(*document) for document in found if document is not None]

    def discard(self, kept: KeptCallback) -> None:
        """Forget a token; harmless where it is gone or another one has replaced it."""
        with transient_faults_named():
            try:
                clients.s3().delete_object(
                    Bucket=self._layout.bucket, Key=self._key(kept.callback), IfMatch=kept.tag
                )
            except ClientError as error:
                if code(error) not in _GONE:
                    raise

    def _key(self, callback: Callback) -> str:
        return self._layout.callback(callback.job.name, callback.execution.name)
