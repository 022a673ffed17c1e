"""The role that SageMaker assumes to run a training job, with only what the job needs."""

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from lambdas.contract import BucketLayout, takes_volume_key
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.encryption import key_use_of_training
from stacks.constructs.permissions import deny_reading_task_tokens
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
"""Where SageMaker writes what training jobs print, and the namespace of their metrics."""


ATTACHING = (
    "ec2:CreateNetworkInterface",
    "ec2:CreateNetworkInterfacePermission",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteNetworkInterfacePermission",
    "ec2:DescribeDhcpOptions",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
)
"""What a training job in a VPC needs besides (sagemaker-roles.html, the same section). The
interface does not exist before, and the Describe actions know no resources."""


class TrainingRole(iam.Role):
    """Reads manifests and images, writes models and checkpoints, logs; nothing else.

    Permissions as in the SageMaker Developer Guide, sagemaker-roles.html, "CreateTrainingJob API:
    Execution Role Permissions", narrowed to the pipeline's keys.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: PipelineSettings,
        storage: Storage,
        image: AlgorithmImage,
    ) -> None:
        stack = Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            description="Assumed by SageMaker to run the pipeline's training jobs",
            assumed_by=iam.ServicePrincipal(
                "sagemaker.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {
                        "aws:SourceArn": stack.format_arn(service="sagemaker", resource="*")
                    },
                },
            ),
        )
        self.algorithm = image
        statements = [
            *self._data(storage),
            *self._telemetry(stack),
            *self._image(image),
            *key_use_of_training(
                storage.key, volumes=any(map(takes_volume_key, settings.instance_types))
            ),
            *(self._network() if settings.vpc_subnets else ()),
        ]
        for statement in statements:
            self.add_to_policy(statement)

    @staticmethod
    def _data(storage: Storage) -> list[iam.PolicyStatement]:
        objects = storage.bucket.arn_for_objects
        written = (BucketLayout.MODELS, BucketLayout.CHECKPOINTS)
        buckets = (storage.bucket, *storage.image_buckets)
        return [
            iam.PolicyStatement(
                sid="ReadManifestsAndImages",
                actions=["s3:GetObject"],
                resources=[bucket.arn_for_objects("*") for bucket in buckets],
            ),
            # Without a condition on the prefix, which HeadBucket and GetBucketLocation do not have;
            # and without listing, S3 says of a missing image that it is forbidden.
            iam.PolicyStatement(
                sid="FindManifestsAndImages",
                actions=["s3:GetBucketLocation", "s3:ListBucket"],
                resources=[bucket.bucket_arn for bucket in buckets],
            ),
            deny_reading_task_tokens(storage.bucket),
            iam.PolicyStatement(
                sid="WriteModelsAndCheckpoints",
                actions=["s3:PutObject", "s3:AbortMultipartUpload"],
                resources=[objects(f"{prefix}*") for prefix in written],
            ),
        ]

    @staticmethod
    def _telemetry(stack: Stack) -> list[iam.PolicyStatement]:
        log_group = stack.format_arn(
            service="logs",
            resource="log-group",
            resource_name=LOG_GROUP,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        return [
            iam.PolicyStatement(
                sid="Log",
                actions=[
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                resources=[log_group, f"{log_group}:log-stream:*"],
            ),
            iam.PolicyStatement(
                sid="PublishMetrics",
                actions=["cloudwatch:PutMetricData"],
                resources=["*"],
                conditions={"StringEquals": {"cloudwatch:namespace": LOG_GROUP}},
            ),
        ]

    @staticmethod
    def _image(image: AlgorithmImage) -> list[iam.PolicyStatement]:
        return [
            iam.PolicyStatement(
                sid="LogInToRegistry", actions=["ecr:GetAuthorizationToken"], resources=["*"]
            ),
            iam.PolicyStatement(
                sid="PullAlgorithm",
                actions=[
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                resources=[image.repository_arn],
            ),
        ]

    @staticmethod
    def _network() -> list[iam.PolicyStatement]:
        return [
            iam.PolicyStatement(
                sid="AttachToVpc",
                actions=list(ATTACHING),
                resources=["*"],
            )
        ]
