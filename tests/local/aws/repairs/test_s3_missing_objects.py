"""Whether a missing object is 404 or 403 depends on who may list it (API_GetObject.html)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from local.aws.repairs.authorization import role_credentials
from tests.local.aws.sandbox import Sandbox, allow, unique

READING = allow("s3:GetObject", "*")
LISTING = allow("s3:ListBucket", "*")


def listing(prefix: str) -> dict[str, Any]:
    return LISTING | {"Condition": {"StringLike": {"s3:prefix": prefix}}}


def status(aws: EmbeddedAws, sandbox: Sandbox, key: str, *statements: dict[str, Any]) -> int:
    """The status of GetObject, and of HeadObject, to a role with these statements."""
    role = sandbox.role("lambda.amazonaws.com", *statements)
    s3 = aws.client("s3", **role_credentials(role, unique("session")))
    found = set()
    for call in (s3.get_object, s3.head_object):
        try:
            found.add(call(Bucket=sandbox.bucket, Key=key)["ResponseMetadata"]["HTTPStatusCode"])
        except ClientError as error:
            found.add(error.response["ResponseMetadata"]["HTTPStatusCode"])
    (answer,) = found
    return int(answer)


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([READING], 403),
        ([LISTING], 403),
        ([READING, LISTING], 404),
        ([READING, listing("images/*")], 404),
        ([READING, listing("labeling/*")], 403),
    ],
)
def test_a_missing_object_is_404_only_for_who_may_list_it(
    aws: EmbeddedAws, sandbox: Sandbox, statements: list[dict[str, Any]], expected: int
) -> None:
    assert status(aws, sandbox, "images/missing.jpg", *statements) == expected


def test_an_object_that_exists_is_read_without_listing(aws: EmbeddedAws, sandbox: Sandbox) -> None:
    sandbox.s3.put_object(Bucket=sandbox.bucket, Key="images/there.jpg", Body=b"image")
    assert status(aws, sandbox, "images/there.jpg", READING) == 200
