"""Statements that several functions' roles share, each naming only the pipeline's own things."""

from collections.abc import Sequence

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3


def allow_on_objects(bucket: s3.IBucket, prefix: str, *actions: str) -> iam.PolicyStatement:
    """Allow S3 actions on the objects below a prefix."""
    return iam.PolicyStatement(
        actions=list(actions), resources=[bucket.arn_for_objects(f"{prefix}*")]
    )


def allow_listing(bucket: s3.IBucket, *prefixes: str) -> iam.PolicyStatement:
    """Allow listing prefixes, without which S3 answers 403 to a key that does not exist."""
    return iam.PolicyStatement(
        actions=["s3:ListBucket"],
        resources=[bucket.bucket_arn],
        conditions={"StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
    )


def allow_on_training_jobs(stack: Stack, prefix: str, *actions: str) -> iam.PolicyStatement:
    """Allow SageMaker actions on the training jobs whose names have the pipeline's prefix."""
    jobs = stack.format_arn(
        service="sagemaker", resource="training-job", resource_name=f"{prefix}-*"
    )
    return iam.PolicyStatement(actions=list(actions), resources=[jobs])


def allow_answering_tasks(state_machine_arn: str) -> iam.PolicyStatement:
    """Allow answering the tasks that wait for a token."""
    return iam.PolicyStatement(
        actions=["states:SendTaskSuccess", "states:SendTaskFailure"],
        resources=[state_machine_arn],
    )


def allow_reading(buckets: Sequence[s3.IBucket]) -> list[iam.PolicyStatement]:
    """Allow reading any version of any object; a missing one is told from a forbidden one."""
    return [
        iam.PolicyStatement(
            actions=["s3:GetObject", "s3:GetObjectVersion"],
            resources=[bucket.arn_for_objects("*") for bucket in buckets],
        ),
        iam.PolicyStatement(
            actions=["s3:ListBucket"], resources=[bucket.bucket_arn for bucket in buckets]
        ),
    ]


def deny_reading(bucket: s3.IBucket, prefix: str) -> iam.PolicyStatement:
    """Deny reading the objects below a prefix, whatever another statement allows."""
    return iam.PolicyStatement(
        effect=iam.Effect.DENY,
        actions=["s3:GetObject", "s3:GetObjectVersion"],
        resources=[bucket.arn_for_objects(f"{prefix}*")],
    )
