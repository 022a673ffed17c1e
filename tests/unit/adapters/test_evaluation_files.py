"""What is read of other executions' evaluations, which may have gone or belong to others."""

import io

import pytest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from lambdas.adapters.evaluation_files import S3ModelFiles

ASKED = {"Bucket": "bucket", "Key": "executions/dogs/evaluation.json"}
URI = "s3://bucket/executions/dogs/evaluation.json"


def answer(s3_calls: Stubber, content: bytes) -> None:
    body = StreamingBody(io.BytesIO(content), len(content))
    s3_calls.add_response("get_object", {"Body": body, "ETag": '"1"'}, ASKED)


def test_the_classes_of_an_evaluation_are_read_by_their_ids(s3_calls: Stubber) -> None:
    answer(s3_calls, b'{"coco": {}, "classes": {"0": "dog", "7": "cat"}}')

    assert S3ModelFiles().classes(URI) == {0: "dog", 7: "cat"}


@pytest.mark.parametrize("content", [b"{}", b"no json", b'{"classes": ["dog"]}', b"\xff"])
def test_what_is_no_evaluation_names_no_classes(s3_calls: Stubber, content: bytes) -> None:
    answer(s3_calls, content)

    assert S3ModelFiles().classes(URI) is None


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied", "NoSuchBucket"])
def test_an_evaluation_that_is_not_to_be_had_names_no_classes(s3_calls: Stubber, code: str) -> None:
    s3_calls.add_client_error("get_object", code, expected_params=ASKED)

    assert S3ModelFiles().classes(URI) is None


def test_a_document_that_lies_nowhere_in_s3_names_no_classes(s3_calls: Stubber) -> None:
    assert S3ModelFiles().classes("https://example.com/evaluation.json") is None


def test_any_other_refusal_is_not_taken_for_a_missing_document(s3_calls: Stubber) -> None:
    s3_calls.add_client_error("get_object", "InvalidRequest", expected_params=ASKED)

    with pytest.raises(ClientError):
        S3ModelFiles().classes(URI)
