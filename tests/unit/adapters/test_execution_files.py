"""The files of an execution, as people are led to them."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.adapters.execution_files import channel_writers, page_urls
from lambdas.contract import BucketLayout
from lambdas.messages.execution import Execution
from tests.unit.adapters.in_memory_s3 import InMemoryS3

EXECUTION = Execution(
    name="dogs", arn="arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:pipeline:dogs"
)
REPORT = {"Bucket": "bucket", "Key": "executions/dogs/report.html"}
EVALUATION = {"Bucket": "bucket", "Key": "executions/dogs/evaluation.html"}
PAGES = (
    "https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/bucket"
    "?region=us-gov-west-1&prefix=executions/dogs/"
)


def test_the_pages_of_an_execution_are_shown_in_its_regions_console(s3_calls: Stubber) -> None:
    s3_calls.add_response("head_object", {}, REPORT)
    s3_calls.add_response("head_object", {}, EVALUATION)

    assert page_urls(BucketLayout("bucket"), EXECUTION) == {
        "Report": f"{PAGES}report.html",
        "Evaluation": f"{PAGES}evaluation.html",
    }


def test_a_page_that_an_execution_did_not_write_is_not_among_them(s3_calls: Stubber) -> None:
    s3_calls.add_response("head_object", {}, REPORT)
    s3_calls.add_client_error("head_object", "404", expected_params=EVALUATION)

    assert page_urls(BucketLayout("bucket"), EXECUTION) == {"Report": f"{PAGES}report.html"}


def test_a_page_that_may_not_be_looked_for_is_not_taken_for_missing(s3_calls: Stubber) -> None:
    s3_calls.add_client_error("head_object", "403", expected_params=REPORT)

    with pytest.raises(ClientError):
        page_urls(BucketLayout("bucket"), EXECUTION)


def test_what_is_validated_lands_in_the_executions_folder(s3: InMemoryS3) -> None:
    with channel_writers(BucketLayout("bucket"), "dogs", list_images=True) as writers:
        sinks = writers.sinks()
        assert sinks.images is not None
        sinks.images(b"images")
        sinks.train(b"train")
        sinks.validation(b"validation")
        sinks.test(b"test")
        sinks.rejected(b"rejected")

    assert s3.objects == {
        "bucket/executions/dogs/train.manifest": b"train",
        "bucket/executions/dogs/validation.manifest": b"validation",
        "bucket/executions/dogs/test.manifest": b"test",
        "bucket/executions/dogs/rejected.jsonl": b"rejected",
        "bucket/executions/dogs/images.jsonl": b"images",
    }


def test_of_a_rejected_manifest_only_the_rejected_lines_are_left(s3: InMemoryS3) -> None:
    with channel_writers(BucketLayout("bucket"), "dogs", list_images=True) as writers:
        assert writers.images is not None
        for sink in (
            *(writers.train, writers.validation, writers.test),
            *(writers.rejected, writers.images),
        ):
            sink.write(b"line")
        writers.discard_channels()

    assert list(s3.objects) == ["bucket/executions/dogs/rejected.jsonl"]
