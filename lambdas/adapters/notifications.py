"""The topic on which people hear of their executions."""

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.executions.notice import Notice


def publish(notice: Notice, topic_arn: str) -> None:
    """Send a notification to everyone who has subscribed."""
    with transient_faults_named():
        clients.sns().publish(TopicArn=topic_arn, Subject=notice.subject, Message=notice.text)
