"""A notification is not lost where SNS fails for a while."""

import pytest
from botocore.stub import Stubber

from lambdas.adapters.notifications import publish
from lambdas.errors import ServiceUnavailable
from lambdas.executions.notice import Notice

TOPIC = "arn:aws:sns:us-east-1:111122223333:notifications"


def test_a_notice_is_published_with_its_subject(sns: Stubber) -> None:
    expected = {"TopicArn": TOPIC, "Subject": "FAILED", "Message": "why"}
    sns.add_response("publish", {"MessageId": "1"}, expected)

    publish(Notice("FAILED", "why"), TOPIC)


def test_a_notice_that_cannot_be_published_now_is_worth_another_try(sns: Stubber) -> None:
    sns.add_client_error("publish", "Throttling")

    with pytest.raises(ServiceUnavailable):
        publish(Notice("FAILED", "why"), TOPIC)
