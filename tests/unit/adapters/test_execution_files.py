"""The files of an execution, as people are led to them."""

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.adapters.execution_files import page_urls
from lambdas.contract import BucketLayout
from lambdas.messages import Execution

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
