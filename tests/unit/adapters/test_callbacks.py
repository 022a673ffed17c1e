"""Task tokens in the bucket: none is lost to the answer of another."""

import io
from typing import Any

import msgspec
import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from lambdas.adapters.callbacks import S3Callbacks
from lambdas.errors import ServiceUnavailable
from lambdas.jobs.callbacks import KeptCallback
from tests.unit.jobs.factories import any_callback, any_job

JOB = any_job()
CALLBACK = any_callback(JOB)
KEY = f"callbacks/{JOB.name}/{CALLBACK.execution.name}.json"
KEPT = KeptCallback(CALLBACK, tag='"etag"')


def stored() -> dict[str, Any]:
    body = msgspec.json.encode(CALLBACK)
    return {"Body": StreamingBody(io.BytesIO(body), len(body)), "ETag": '"etag"'}


def test_a_token_is_kept_where_its_job_and_execution_lead(s3_calls: Stubber) -> None:
    written = {
        "Bucket": "bucket",
        "Key": KEY,
        "Body": msgspec.json.encode(CALLBACK),
        "ContentType": "application/json",
    }
    s3_calls.add_response("put_object", {"ETag": '"etag"'}, written)

    assert S3Callbacks("bucket").put(CALLBACK) == KEPT


def test_all_tokens_that_wait_for_a_job_are_found_to_the_last_page(s3_calls: Stubber) -> None:
    listed = {"Bucket": "bucket", "Prefix": f"callbacks/{JOB.name}/"}
    more: dict[str, Any] = {"IsTruncated": True, "NextContinuationToken": "more"}
    s3_calls.add_response("list_objects_v2", {"Contents": [{"Key": KEY}], **more}, listed)
    s3_calls.add_response("get_object", stored(), {"Bucket": "bucket", "Key": KEY})
    s3_calls.add_response(
        "list_objects_v2",
        {"Contents": [{"Key": "second"}, {"Key": "gone"}]},
        listed | {"ContinuationToken": "more"},
    )
    s3_calls.add_response("get_object", stored(), {"Bucket": "bucket", "Key": "second"})
    s3_calls.add_client_error("get_object", "NoSuchKey")

    assert S3Callbacks("bucket").waiting_for(JOB.name) == [KEPT, KEPT]


def test_a_token_is_forgotten_only_as_long_as_no_other_has_replaced_it(s3_calls: Stubber) -> None:
    deleted = {"Bucket": "bucket", "Key": KEY, "IfMatch": '"etag"'}
    s3_calls.add_response("delete_object", {}, deleted)

    S3Callbacks("bucket").discard(KEPT)


@pytest.mark.parametrize("code", ["PreconditionFailed", "NoSuchKey"])
def test_a_token_that_is_gone_or_replaced_needs_no_forgetting(s3_calls: Stubber, code: str) -> None:
    s3_calls.add_client_error(
        "delete_object", code, expected_params={"Bucket": ANY, "Key": ANY, "IfMatch": ANY}
    )

    S3Callbacks("bucket").discard(KEPT)


@pytest.mark.parametrize(
    ("code", "error"), [("AccessDenied", ClientError), ("SlowDown", ServiceUnavailable)]
)
def test_a_token_that_cannot_be_forgotten_is_a_failure(
    s3_calls: Stubber, code: str, error: type[Exception]
) -> None:
    s3_calls.add_client_error("delete_object", code)

    with pytest.raises(error):
        S3Callbacks("bucket").discard(KEPT)
