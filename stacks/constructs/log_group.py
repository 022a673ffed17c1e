"""A log group that is emptied after the configured days and deleted with the stack."""

from typing import cast

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct


class PipelineLogGroup(logs.LogGroup):
    """``logs.LogGroup`` with its retention as a number of days."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        retention_days: int,
        key: kms.IKey | None,
        log_group_name: str | None = None,
    ) -> None:
        """``retention_days`` is one that CloudWatch Logs accepts (PutRetentionPolicy)."""
        super().__init__(
            scope,
            construct_id,
            log_group_name=log_group_name,
            encryption_key=key,
            removal_policy=RemovalPolicy.DESTROY,
        )
        resource = cast("logs.CfnLogGroup", self.node.default_child)
        # logs.RetentionDays names the same days TWO_MONTHS and so on, without their number.
        resource.retention_in_days = retention_days
