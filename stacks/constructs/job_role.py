"""What the roles have in common that SageMaker assumes to run the pipeline's jobs."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.constructs.algorithm_image import AlgorithmImage
from stacks.constructs.permissions import deny_reading_task_tokens
from stacks.constructs.storage import Storage

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
"""What a job in a VPC needs besides (sagemaker-roles.html, CreateTrainingJob and CreateModel). The
interface does not exist before, and the Describe actions know no resources."""


class JobRole(iam.Role):
    """Reads the pipeline's data, pulls the algorithm's image, logs; each kind adds what it writes.

    Permissions as in the SageMaker Developer Guide, sagemaker-roles.html, "CreateTrainingJob API:
    Execution Role Permissions" and the same of CreateModel, narrowed to the pipeline's keys.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        description: str,
        storage: Storage,
        image: AlgorithmImage,
        log_group: str,
        in_vpc: bool,
        statements: Sequence[iam.PolicyStatement],
    ) -> None:
        """``log_group`` is where SageMaker writes what jobs of the kind print.

        It is the namespace of their metrics, too.
        """
        stack = Stack.of(scope)
        super().__init__(
            scope,
            construct_id,
            description=description,
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
        for statement in (
            *_reading(storage),
            *_telemetry(stack, log_group),
            *_pulling(image),
            *(_attaching() if in_vpc else ()),
            *statements,
        ):
            self.add_to_policy(statement)


def allow_writing(bucket: s3.IBucket, sid: str, *keys: str) -> iam.PolicyStatement:
    """Allow writing the objects of some keys, in parts where they are large."""
    return iam.PolicyStatement(
        sid=sid,
        actions=["s3:PutObject", "s3:AbortMultipartUpload"],
        resources=[bucket.arn_for_objects(key) for key in keys],
    )


def allow_finding(storage: Storage, *actions: str) -> iam.PolicyStatement:
    """Allow finding the buckets of manifests and images, and what is in them.

    Without a condition on the prefix, which HeadBucket and GetBucketLocation do not have; and
    without listing, S3 says of a missing image that it is forbidden.
    """
    return iam.PolicyStatement(
        sid="FindManifestsAndImages",
        actions=list(actions),
        resources=[bucket.bucket_arn for bucket in (storage.bucket, *storage.image_buckets)],
    )


def _reading(storage: Storage) -> list[iam.PolicyStatement]:
    return [
        iam.PolicyStatement(
            sid="ReadManifestsAndImages",
            actions=["s3:GetObject"],
            resources=[
                bucket.arn_for_objects("*") for bucket in (storage.bucket, *storage.image_buckets)
            ],
        ),
        deny_reading_task_tokens(storage.bucket),
    ]


def _telemetry(stack: Stack, log_group: str) -> list[iam.PolicyStatement]:
    arn = stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=log_group,
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
            resources=[arn, f"{arn}:log-stream:*"],
        ),
        iam.PolicyStatement(
            sid="PublishMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": log_group}},
        ),
    ]


def _pulling(image: AlgorithmImage) -> list[iam.PolicyStatement]:
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


def _attaching() -> list[iam.PolicyStatement]:
    return [iam.PolicyStatement(sid="AttachToVpc", actions=list(ATTACHING), resources=["*"])]
