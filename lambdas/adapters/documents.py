"""Small documents in S3, written and read whole."""

from typing import TypeVar

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named

T = TypeVar("T")


def write_document(
    bucket: str, key: str, body: bytes, media_type: str = "application/json"
) -> None:
    """Write a document."""
    with transient_faults_named():
        clients.s3().put_object(Bucket=bucket, Key=key, Body=body, ContentType=media_type)


def read_document(bucket: str, key: str, kind: type[T]) -> T | None:
    """Return what a JSON document holds; None where there is none."""
    with transient_faults_named():
        try:
            body = clients.s3().get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError as error:
            if code(error) != "NoSuchKey":
                raise
            return None
    return msgspec.json.decode(body, type=kind)
