"""The one bucket of the pipeline: manifests in, executions' files, models out."""

from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lambdas.contract import BucketLayout

CALLBACK_DAYS = 30
"""A token is registered anew with every heartbeat, so that one of this age awaits nothing."""


class PipelineBucket(s3.Bucket):
    """Versioned, encrypted, private, TLS only; tells EventBridge of what is written to it.

    It stays when the stack is deleted, as it holds labels and models.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            versioned=True,
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN,
            lifecycle_rules=[
                s3.LifecycleRule(
                    id="expire-callbacks",
                    prefix=BucketLayout.CALLBACKS,
                    expiration=Duration.days(CALLBACK_DAYS),
                    noncurrent_version_expiration=Duration.days(1),
                ),
                s3.LifecycleRule(
                    id="remove-what-nothing-refers-to",
                    abort_incomplete_multipart_upload_after=Duration.days(1),
                    expired_object_delete_marker=True,
                ),
            ],
        )
        self._tell_event_bridge()

    def _tell_event_bridge(self) -> None:
        # The L2 property event_bridge_enabled does the same with a custom resource, its function
        # and its role.
        bucket = cast("s3.CfnBucket", self.node.default_child)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
