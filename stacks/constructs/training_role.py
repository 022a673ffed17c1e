"""The role that SageMaker assumes to run a training job, with only what the job needs."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from lambdas.contract import BucketLayout, takes_volume_key
from stacks.config import PipelineConfig
from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.encryption import key_use_of_training

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
        config: PipelineConfig,
        bucket: s3.IBucket,
        image_buckets: Sequence[s3.IBucket],
        image: AlgorithmImage,
        key: kms.IKey | None,
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
        self._bucket = bucket
        statements = [
            *self._data(image_buckets),
            *self._telemetry(stack),
            *self._image(image),
            *key_use_of_training(key, volumes=any(map(takes_volume_key, config.instance_types))),
            *(self._network() if config.vpc_subnets else ()),
        ]
        for statement in statements:
            self.add_to_policy(statement)

    def _data(self, image_buckets: Sequence[s3.IBucket]) -> list[iam.PolicyStatement]:
        models = BucketLayout.MODELS
        objects = self._bucket.arn_for_objects
        return [
            iam.PolicyStatement(
                sid="ReadManifestsAndImages",
                actions=["s3:GetObject"],
                resources=[objects("*"), *(each.arn_for_objects("*") for each in image_buckets)],
            ),
            iam.PolicyStatement(
                sid="NeverReadTaskTokens",
                effect=iam.Effect.DENY,
                actions=["s3:GetObject"],
                resources=[objects(f"{BucketLayout.CALLBACKS}*")],
            ),
            iam.PolicyStatement(
                sid="WriteModelsAndCheckpoints",
                actions=["s3:PutObject", "s3:AbortMultipartUpload"],
                resources=[objects(f"{models}*"), objects(f"{BucketLayout.CHECKPOINTS}*")],
            ),
            # Whole buckets: S3 tells a missing image from a forbidden one only to who may list
            # it (API_GetObject.html), and a condition on a prefix would refuse HeadBucket.
            iam.PolicyStatement(
                sid="SeeBuckets",
                actions=["s3:ListBucket", "s3:GetBucketLocation"],
                resources=[each.bucket_arn for each in (self._bucket, *image_buckets)],
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
