"""The one bucket of the pipeline: manifests in, executions' files, models out."""

from typing import cast

from aws_cdk import Aws, Duration, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lambdas.contract import BucketLayout

CALLBACK_DAYS = 30
"""A token is registered anew with every heartbeat, so that one of this age awaits nothing."""

WRITING = (
    "s3:AbortMultipartUpload",
    "s3:DeleteObject*",
    "s3:PutObject*",
    "s3:ReplicateDelete",
    "s3:ReplicateObject",
    "s3:RestoreObject",
)


class DataBucket(s3.Bucket):
    """Versioned, encrypted, private, TLS only; tells EventBridge of what is written to it.

    Nobody outside the account may write to it, whatever a policy allows them.

    It stays when the stack is deleted, as it holds labels and models; a deployment that fails
    before there is any leaves none behind.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key: kms.IKey | None) -> None:
        super().__init__(
            scope,
            construct_id,
            versioned=True,
            encryption=s3.BucketEncryption.KMS if key else s3.BucketEncryption.S3_MANAGED,
            encryption_key=key,
            bucket_key_enabled=True if key else None,
            enforce_ssl=True,
            minimum_tls_version=1.2,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            # Without it, a worker's browser may turn an image by its EXIF orientation, and the
            # labeling task fails (SageMaker developer guide, sms-cors-update.html).
            cors=[
                s3.CorsRule(
                    allowed_headers=[],
                    allowed_methods=[s3.HttpMethods.GET],
                    allowed_origins=["*"],
                    exposed_headers=["Access-Control-Allow-Origin"],
                )
            ],
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
        self._refuse_foreign_writes()

    def _refuse_foreign_writes(self) -> None:
        # An AWS service has no account of its own here, and what it writes was asked for by a
        # delivery that this account has set up.
        self.add_to_resource_policy(
            iam.PolicyStatement(
                sid="NoWritesFromOtherAccounts",
                effect=iam.Effect.DENY,
                principals=[iam.StarPrincipal()],
                actions=list(WRITING),
                resources=[self.arn_for_objects("*")],
                conditions={
                    "StringNotEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID},
                    "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                },
            )
        )

    def _tell_event_bridge(self) -> None:
        # The L2 property event_bridge_enabled does the same with a custom resource, its function
        # and its role.
        bucket = cast("s3.CfnBucket", self.node.default_child)
        bucket.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
            event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(
                event_bridge_enabled=True
            )
        )
