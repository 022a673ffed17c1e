"""Where people hear of executions that ended without a model."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class NotificationTopic(sns.Topic):
    """A topic that takes messages over TLS only, with the configured address subscribed."""

    def __init__(
        self, scope: Construct, construct_id: str, *, email: str | None, key: kms.IKey | None
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            display_name="Training pipeline",
            enforce_ssl=True,
            master_key=key,
        )
        if email:
            self.add_subscription(subscriptions.EmailSubscription(email))
