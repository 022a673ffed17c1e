"""The files of an execution, as people are led to them."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.adapters.execution_files import channel_writers, report_page_url
from lambdas.contract import BucketLayout
from lambdas.messages import Execution
from tests.unit.adapters.in_memory_s3 import InMemoryS3

EXECUTION = Execution(
    name="dogs", arn="arn:aws-us-gov:states:us-gov-west-1:111122223333:execution:pipeline:dogs"
)
ASKED = {"Bucket": "bucket", "Key": "executions/dogs/report.html"}


def test_the_report_of_an_execution_is_shown_in_its_regions_console(s3_calls: Stubber) -> None:
    s3_calls.add_response("head_object", {}, ASKED)

    assert report_page_url(BucketLayout("bucket"), EXECUTION) == (
        "https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/bucket"
        "?region=us-gov-west-1&prefix=executions/dogs/report.html"
    )


def test_an_execution_that_wrote_no_report_leads_to_none(s3_calls: Stubber) -> None:
    s3_calls.add_client_error("head_object", "404", expected_params=ASKED)

    assert report_page_url(BucketLayout("bucket"), EXECUTION) is None


def test_a_report_that_may_not_be_looked_for_is_not_taken_for_missing(s3_calls: Stubber) -> None:
    s3_calls.add_client_error("head_object", "403", expected_params=ASKED)

    with pytest.raises(ClientError):
        report_page_url(BucketLayout("bucket"), EXECUTION)


def test_what_is_validated_lands_in_the_executions_folder(s3: InMemoryS3) -> None:
    with channel_writers(BucketLayout("bucket"), "dogs") as writers:
        sinks = writers.sinks()
        sinks.train(b"train")
        sinks.validation(b"validation")
        sinks.test(b"test")
        sinks.rejected(b"rejected")

    assert s3.objects == {
        "bucket/executions/dogs/train.manifest": b"train",
        "bucket/executions/dogs/validation.manifest": b"validation",
        "bucket/executions/dogs/test.manifest": b"test",
        "bucket/executions/dogs/rejected.jsonl": b"rejected",
    }


def test_of_a_rejected_manifest_only_the_rejected_lines_are_left(s3: InMemoryS3) -> None:
    with channel_writers(BucketLayout("bucket"), "dogs") as writers:
        for sink in (writers.train, writers.validation, writers.test, writers.rejected):
            sink.write(b"line")
        writers.discard_channels()

    assert list(s3.objects) == ["bucket/executions/dogs/rejected.jsonl"]
