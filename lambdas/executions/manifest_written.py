"""The event of a written manifest, and the execution that it starts."""

import hashlib
import re

import msgspec

from lambdas.contract import UNVERSIONED, BucketLayout
from lambdas.messages.execution import ExecutionInput

MAX_NAME = 80
"""StartExecution: a name has 1–80 characters and stays taken for 90 days after the end."""


class S3Bucket(msgspec.Struct):
    """``detail.bucket`` of an S3 event; unknown fields are ignored, as the S3 guide asks."""

    name: str


class S3Object(msgspec.Struct, rename="kebab"):
    """``detail.object`` of an S3 event; the key is not percent-encoded in EventBridge."""

    key: str
    version_id: str | None = None
    """None in a bucket without versioning; "null" where versioning is suspended."""
    sequencer: str | None = None
    """Orders the writes of one key; its repeated deliveries have the same."""


class ObjectCreated(msgspec.Struct):
    """``detail`` of an S3 ``Object Created`` event."""

    bucket: S3Bucket
    object: S3Object


def version_of(written: S3Object) -> str | None:
    """Return the version that was written; None where it cannot be told from the next one."""
    return None if written.version_id == UNVERSIONED else written.version_id


def execution_name(created: ObjectCreated, state_machine_arn: str) -> str:
    """Return ``<labeling job>-<hash>``: what a person recognises, and one name a version.

    The hash is of bucket, key and version, or without a version the write's sequencer, so that
    every delivery of the same event asks for the same name and Step Functions refuses all but the
    first; and of the state machine, as two pipelines on one bucket keep their files apart by it.
    Raises ``ValueError`` for an event with neither.
    """
    write = version_of(created.object) or (created.object.sequencer or "").upper()
    if not write:
        raise ValueError("the event has neither version-id nor sequencer: nothing tells it apart")
    identity = "\0".join((state_machine_arn, created.bucket.name, created.object.key, write))
    digest = hashlib.sha256(identity.encode()).hexdigest()[:12]
    labeling_job = created.object.key.removesuffix(BucketLayout.MANIFEST_TAIL).rpartition("/")[2]
    readable = re.sub(r"[^0-9A-Za-z_-]+", "-", labeling_job)[: MAX_NAME - len(digest) - 1]
    return f"{readable}-{digest}"


def execution_input(created: ObjectCreated) -> ExecutionInput:
    """Return the input of the execution that trains on what was written, unless it is outdated."""
    return ExecutionInput(
        manifest=f"s3://{created.bucket.name}/{created.object.key}",
        version_id=version_of(created.object),
        newest_only=True,
    )
