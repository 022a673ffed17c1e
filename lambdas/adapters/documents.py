"""Small documents in S3, written and read whole."""

from collections.abc import Iterator
from typing import TypeVar

import msgspec
from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, transient_faults_named

T = TypeVar("T")


def write_document(bucket: str, key: str, body: bytes, media_type: str = "application/json") -> str:
    """Write a document; return its ETag."""
    with transient_faults_named():
        response = clients.s3().put_object(
            Bucket=bucket, Key=key, Body=body, ContentType=media_type
        )
    return response["ETag"]


def document_exists(bucket: str, key: str) -> bool:
    """Tell whether there is a document."""
    with transient_faults_named():
        try:
            clients.s3().head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if code(error) != "404":
                raise
            return False
    return True


def keys_below(bucket: str, prefix: str) -> Iterator[str]:
    """Return the keys that begin with a prefix, in ascending order."""
    pages = clients.s3().get_paginator("list_objects_v2")
    with transient_faults_named():
        for page in pages.paginate(Bucket=bucket, Prefix=prefix):
            for item in page.get("Contents", []):
                yield item["Key"]


def read_document(bucket: str, key: str, kind: type[T]) -> tuple[T, str] | None:
    """Return what a JSON document holds, and its ETag; None where there is none."""
    with transient_faults_named():
        try:
            response = clients.s3().get_object(Bucket=bucket, Key=key)
            body = response["Body"].read()
        except ClientError as error:
            if code(error) != "NoSuchKey":
                raise
            return None
    return msgspec.json.decode(body, type=kind), response["ETag"]
