"""Where events end that could be neither delivered nor processed, to be replayed by hand."""

from aws_cdk import Duration
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct


class DeadLetterQueue(sqs.Queue):
    """Holds the events themselves, as EventBridge sent them, for as long as SQS allows."""

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey | None) -> None:
        super().__init__(
            scope,
            construct_id,
            enforce_ssl=True,
            encryption=sqs.QueueEncryption.KMS if key else sqs.QueueEncryption.SQS_MANAGED,
            encryption_master_key=key,
            retention_period=Duration.days(14),
        )
