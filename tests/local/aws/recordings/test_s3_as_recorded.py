"""S3's events as AWS sent them, and its refusals: LocalStack's snapshots and the user guide."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.repairs.authorization import role_credentials
from tests.local.aws.sandbox import Sandbox, allow, document, unique


def created_event(sandbox: Sandbox, *, versioned: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The event of a write as a queue receives it, and what the write was answered."""
    bucket = unique("bucket")
    sandbox.s3.create_bucket(Bucket=bucket)
    if versioned:
        configuration = {"Status": "Enabled"}
        sandbox.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=configuration)
    sandbox.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    url, queue = sandbox.queue("events.amazonaws.com")
    sandbox.rule({"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}, Arn=queue)
    answer = sandbox.s3.put_object(Bucket=bucket, Key="a key", Body=b"test")
    event: dict[str, Any] = json.loads(sandbox.message(url)["Body"])
    assert event["resources"] == [f"arn:aws:s3:::{bucket}"]
    assert event["detail"]["bucket"] == {"name": bucket}
    return event, answer


def test_the_event_of_a_new_object(sandbox: Sandbox) -> None:
    """``test_object_created_put``, 2025-01-21."""
    event, _answer = created_event(sandbox, versioned=False)
    assert set(event) == {
        "account",
        "detail",
        "detail-type",
        "id",
        "region",
        "resources",
        "source",
        "time",
        "version",
    }
    assert (event["detail-type"], event["source"]) == ("Object Created", "aws.s3")
    assert set(event["detail"]) == {
        "bucket",
        "object",
        "reason",
        "request-id",
        "requester",
        "source-ip-address",
        "version",
    }
    assert (event["detail"]["reason"], event["detail"]["version"]) == ("PutObject", "0")
    sequencer = event["detail"]["object"].pop("sequencer")
    assert event["detail"]["object"] == {
        "etag": "098f6bcd4621d373cade4e832627b4f6",
        "key": "a key",
        "size": 4,
    }
    assert int(sequencer, 16) > 0


def test_the_event_of_a_new_version(sandbox: Sandbox) -> None:
    """``test_object_created_put_versioned``, 2025-01-21."""
    event, answer = created_event(sandbox, versioned=True)
    assert event["detail"]["object"]["version-id"] == answer["VersionId"]


def asks_for_a_missing_object(sandbox: Sandbox, *statements: dict[str, Any]) -> dict[str, str]:
    """The error codes of a function with these permissions, by the operation it calls."""
    source = f"""
        import boto3, botocore.exceptions
        def answer(call, **request):
            try:
                call(Bucket="{sandbox.bucket}", **request)
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
        def handler(event, context):
            s3 = boto3.client("s3")
            return {{
                "get": answer(s3.get_object, Key="data/missing"),
                "head": answer(s3.head_object, Key="data/missing"),
                "head_bucket": answer(s3.head_bucket),
                "location": answer(s3.get_bucket_location),
            }}
    """
    role = sandbox.role("lambda.amazonaws.com", *statements)
    function = sandbox.function(source, role=role)
    answer = sandbox.functions.invoke(FunctionName=function)["Payload"].read()
    found: dict[str, str] = json.loads(answer)
    return found


@pytest.mark.parametrize(
    ("listing", "codes"),
    [
        (None, ("AccessDenied", "403", "403")),
        ("other/*", ("AccessDenied", "403", "403")),
        ("data/*", ("NoSuchKey", "404", "403")),
        ("", ("NoSuchKey", "404", None)),
    ],
    ids=["without ListBucket", "below another prefix", "below its prefix", "with ListBucket"],
)
def test_a_missing_object_is_told_only_to_who_may_list_the_bucket(
    sandbox: Sandbox, listing: str | None, codes: tuple[str | None, ...]
) -> None:
    """API reference, API_GetObject.html, "Permissions": 404 with s3:ListBucket, 403 without.

    For a condition on ``s3:prefix`` the key counts as the prefix (ceph/ceph#68577 and
    kopia/kopia#3072, both seen on AWS); HeadBucket, which has none, is refused by it.
    """
    bucket = f"arn:aws:s3:::{sandbox.bucket}"
    statements = [allow("s3:GetObject", f"{bucket}/*")]
    if listing is not None:
        condition = {"Condition": {"StringLike": {"s3:prefix": listing}}} if listing else {}
        statements.append(allow("s3:ListBucket", bucket) | condition)
    found = asks_for_a_missing_object(sandbox, *statements)
    assert (found["get"], found["head"], found["head_bucket"]) == codes
    assert found["location"] == "AccessDenied"


def test_the_location_of_a_bucket_needs_a_permission_of_its_own(sandbox: Sandbox) -> None:
    """API reference, API_GetBucketLocation.html: the action is s3:GetBucketLocation."""
    bucket = f"arn:aws:s3:::{sandbox.bucket}"
    found = asks_for_a_missing_object(sandbox, allow("s3:GetBucketLocation", bucket))
    assert found["location"] is None


def reader(sandbox: Sandbox, *statements: dict[str, Any]) -> Any:
    """S3 for a role that may read every object, and do what the statements say."""
    role = sandbox.role("lambda.amazonaws.com", allow("s3:GetObject", "*"), *statements)
    return sandbox.aws.client("s3", **role_credentials(role, "reader"))


def refusal(call: Any, **request: Any) -> tuple[int, str, str]:
    """The status, code and words with which S3 refuses a call."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response
    status = error["ResponseMetadata"]["HTTPStatusCode"]
    return status, error["Error"]["Code"], error["Error"]["Message"]


@pytest.mark.parametrize("storage_class", ["GLACIER", "DEEP_ARCHIVE"])
def test_an_archived_object_can_not_be_read(sandbox: Sandbox, storage_class: str) -> None:
    """API reference, API_GetObject.html, "InvalidObjectState"; the words: counsyl/stor#38."""
    place = {"Bucket": sandbox.bucket, "Key": unique("key")}
    sandbox.s3.put_object(**place, StorageClass=storage_class)
    assert refusal(reader(sandbox).get_object, **place) == (
        403,
        "InvalidObjectState",
        "The operation is not valid for the object's storage class",
    )


def test_an_object_for_instant_retrieval_can_be_read(sandbox: Sandbox) -> None:
    """User guide, storage-class-intro.html; seen on AWS by localstack/localstack#10393."""
    place = {"Bucket": sandbox.bucket, "Key": unique("key")}
    sandbox.s3.put_object(**place, Body=b"read", StorageClass="GLACIER_IR")
    assert reader(sandbox).get_object(**place)["Body"].read() == b"read"


def test_an_object_under_a_key_is_read_only_by_who_may_use_the_key(sandbox: Sandbox) -> None:
    """User guide, UsingKMSEncryption.html.

    The words: ministryofjustice/modernisation-platform#11726.
    """
    key = sandbox.aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    place = {"Bucket": sandbox.bucket, "Key": unique("key")}
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    sandbox.s3.put_object(**place, Body=b"read", **encryption)
    stranger = reader(sandbox, allow("kms:Decrypt", key.replace("key/", "key/0")))

    status, code, words = refusal(stranger.get_object, **place)

    assert (status, code) == (403, "AccessDenied")
    assert re.fullmatch(
        r"User: arn:aws:sts::000000000000:assumed-role/role-\w+/reader is not authorized to "
        f"perform: kms:Decrypt on resource: {key} because no identity-based policy allows the "
        "kms:Decrypt action",
        words,
    )
    assert refusal(stranger.head_object, **place)[0] == 403
    by_way_of = {"Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}}
    for statement in (allow("kms:Decrypt", key), allow("kms:Decrypt", key) | by_way_of):
        assert reader(sandbox, statement).get_object(**place)["Body"].read() == b"read"


def test_a_stranger_reads_from_a_requester_pays_bucket_only_by_agreeing_to_pay(
    sandbox: Sandbox,
) -> None:
    """User guide, RequesterPaysBuckets.html: 403 without the header, which owners need not send."""
    owner = sandbox.aws.client("s3", aws_access_key_id="111122223333", aws_secret_access_key="test")
    place = {"Bucket": unique("bucket"), "Key": "key"}
    owner.create_bucket(Bucket=place["Bucket"])
    owner.put_object(**place, Body=b"read")
    statement = allow("s3:GetObject", f"arn:aws:s3:::{place['Bucket']}/*")
    shared = document(statement | {"Principal": {"AWS": "000000000000"}})
    owner.put_bucket_policy(Bucket=place["Bucket"], Policy=json.dumps(shared))
    stranger = reader(sandbox)
    assert stranger.get_object(**place)["Body"].read() == b"read"

    owner.put_bucket_request_payment(
        Bucket=place["Bucket"], RequestPaymentConfiguration={"Payer": "Requester"}
    )

    assert refusal(stranger.get_object, **place) == (403, "AccessDenied", "Access Denied")
    assert refusal(stranger.head_object, **place)[0] == 403
    paid = stranger.get_object(**place, RequestPayer="requester")
    assert (paid["Body"].read(), owner.get_object(**place)["Body"].read()) == (b"read", b"read")
