"""Statements that several functions' roles share, each naming only the pipeline's own things."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn

from lambdas.contract import EXECUTION_TAG, BucketLayout


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


class SageMakerThing(StrEnum):
    """A resource of SageMaker's, as the names of actions have it."""

    TRAINING_JOB = "TrainingJob"
    TRANSFORM_JOB = "TransformJob"
    MODEL = "Model"

    @property
    def words(self) -> str:
        """Return its name in words."""
        return re.sub(r"(?<!^)(?=[A-Z])", " ", self)

    def arn(self, stack: Stack, names: str) -> str:
        """Return the pattern of the ARNs of those with some names."""
        return stack.format_arn(
            service="sagemaker",
            resource=self.words.lower().replace(" ", "-"),
            resource_name=names,
        )


def allow_describing(stack: Stack, thing: SageMakerThing) -> iam.PolicyStatement:
    """Allow reading about any of the account.

    Whose a job is, its tag says, which one that was never created does not have; and names tell
    nothing: the prefix may have been another one when the job was started.
    """
    return iam.PolicyStatement(
        actions=[f"sagemaker:Describe{thing}"], resources=[thing.arn(stack, "*")]
    )


def allow_reading_tags(stack: Stack, *things: SageMakerThing) -> iam.PolicyStatement:
    """Allow reading whose any of the account is."""
    return iam.PolicyStatement(
        actions=["sagemaker:ListTags"], resources=[thing.arn(stack, "*") for thing in things]
    )


def allow_creating(
    thing: SageMakerThing, state_machine: sfn.StateMachine, prefix: str
) -> iam.PolicyStatement:
    """Allow creating those with the prefix and the tag of an execution of ours."""
    return iam.PolicyStatement(
        actions=[f"sagemaker:Create{thing}", "sagemaker:AddTags"],
        resources=[thing.arn(Stack.of(state_machine), f"{prefix}-*")],
        conditions={
            "StringLike": {f"aws:RequestTag/{EXECUTION_TAG}": executions_arn(state_machine)}
        },
    )


def allow_ending(
    verb: Literal["Stop", "Delete"], thing: SageMakerThing, state_machine: sfn.StateMachine
) -> iam.PolicyStatement:
    """Allow stopping or deleting those of the state machine's executions, whatever their names."""
    return iam.PolicyStatement(
        actions=[f"sagemaker:{verb}{thing}"],
        resources=[thing.arn(Stack.of(state_machine), "*")],
        conditions={
            "StringLike": {f"aws:ResourceTag/{EXECUTION_TAG}": executions_arn(state_machine)}
        },
    )


def allow_passing(role: iam.IRole) -> iam.PolicyStatement:
    """Allow handing a role to SageMaker, for a job to run with."""
    return iam.PolicyStatement(
        actions=["iam:PassRole"],
        resources=[role.role_arn],
        conditions={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
    )


def executions_arn(state_machine: sfn.StateMachine) -> str:
    """Return the pattern of the ARNs of a state machine's executions."""
    return Stack.of(state_machine).format_arn(
        service="states",
        resource="execution",
        resource_name=f"{state_machine.state_machine_name}:*",
        arn_format=ArnFormat.COLON_RESOURCE_NAME,
    )


def allow_keeping_task_tokens(bucket: s3.IBucket) -> iam.PolicyStatement:
    """Allow leaving a task token and forgetting it.

    Deleting only the record that was written asks for reading it (S3 user guide,
    conditional-deletes.html).
    """
    return allow_on_objects(
        bucket, BucketLayout.CALLBACKS, "s3:PutObject", "s3:GetObject", "s3:DeleteObject"
    )


def allow_answering_tasks(state_machine_arn: str) -> iam.PolicyStatement:
    """Allow answering the tasks that wait for a token."""
    return iam.PolicyStatement(
        actions=["states:SendTaskSuccess", "states:SendTaskFailure"],
        resources=[state_machine_arn],
    )


def allow_reading(
    buckets: Sequence[s3.IBucket], *, versions: bool = False
) -> list[iam.PolicyStatement]:
    """Allow reading any object, ``versions``: any version of it, too.

    A missing one is told from a forbidden one.
    """
    return [
        iam.PolicyStatement(
            actions=["s3:GetObject", *(["s3:GetObjectVersion"] if versions else [])],
            resources=[bucket.arn_for_objects("*") for bucket in buckets],
        ),
        iam.PolicyStatement(
            actions=["s3:ListBucket"], resources=[bucket.bucket_arn for bucket in buckets]
        ),
    ]


def deny_reading_task_tokens(bucket: s3.IBucket) -> iam.PolicyStatement:
    """Keep who may read everything in the bucket from what answers a waiting execution."""
    return iam.PolicyStatement(
        sid="NeverReadTaskTokens",
        effect=iam.Effect.DENY,
        actions=["s3:GetObject", "s3:GetObjectVersion"],
        resources=[bucket.arn_for_objects(f"{BucketLayout.CALLBACKS}*")],
    )
