"""The role that Step Functions assumes to run the workflow."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

OBSERVING = (
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Actions of log delivery and X-Ray, which know no resources (Service Authorization Reference)."""


class WorkflowRole(iam.Role):
    """May invoke the given functions, deliver logs and send traces; nothing else."""

    def __init__(
        self, scope: Construct, construct_id: str, *, functions: Sequence[lambda_.IFunction]
    ) -> None:
        state_machines = Stack.of(scope).format_arn(
            service="states",
            resource="stateMachine",
            resource_name="*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        super().__init__(
            scope,
            construct_id,
            description="Assumed by Step Functions to run the training pipeline",
            assumed_by=iam.ServicePrincipal(
                "states.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": state_machines},
                },
            ),
        )
        # Without the ":*" of the L2 grant: the workflow calls no version and no alias.
        invoking = iam.PolicyStatement(
            actions=["lambda:InvokeFunction"],
            resources=[function.function_arn for function in functions],
        )
        observing = iam.PolicyStatement(actions=list(OBSERVING), resources=["*"])
        self.add_to_policy(invoking)
        self.add_to_policy(observing)
