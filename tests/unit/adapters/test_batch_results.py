"""What Step Functions has written of all batches is read, before and after a redrive."""

import io
import json

import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambdas.adapters.batch_results import batch_results
from lambdas.contract import BucketLayout
from lambdas.errors import ServiceUnavailable

LAYOUT = BucketLayout("bucket")
PREFIX = "executions/dogs/image-checks/"
LISTED = {"Bucket": "bucket", "Prefix": PREFIX}


def line(first: int) -> bytes:
    result = {
        "first": ["train", first],
        "examined": 2,
        "content_unknown": 0,
        "faults": [],
        "contents": [],
    }
    return json.dumps(result).encode() + b"\n"


def test_every_file_of_children_that_succeeded_is_read(s3_calls: Stubber) -> None:
    keys = [
        f"{PREFIX}run/FAILED_0.json",
        f"{PREFIX}run/Redrive-1/SUCCEEDED_0.json",
        f"{PREFIX}run/SUCCEEDED_0.json",
        f"{PREFIX}run/manifest.json",
    ]
    s3_calls.add_response("list_objects_v2", {"Contents": [{"Key": key} for key in keys]}, LISTED)
    for key, content in ((keys[1], line(9)), (keys[2], line(1) + line(5) + b"\n")):
        s3_calls.add_response(
            "get_object",
            {"Body": StreamingBody(io.BytesIO(content), len(content))},
            {"Bucket": "bucket", "Key": key},
        )

    found = [result.first for result in batch_results(LAYOUT, "dogs")]

    assert found == [("train", 9), ("train", 1), ("train", 5)]


def test_nothing_found_is_nothing_read(s3_calls: Stubber) -> None:
    s3_calls.add_response("list_objects_v2", {}, LISTED)
    assert list(batch_results(LAYOUT, "dogs")) == []


def test_a_listing_that_s3_is_too_busy_for_is_tried_again_by_the_workflow(
    s3_calls: Stubber,
) -> None:
    s3_calls.add_client_error("list_objects_v2", "SlowDown", http_status_code=503)
    with pytest.raises(ServiceUnavailable):
        list(batch_results(LAYOUT, "dogs"))
