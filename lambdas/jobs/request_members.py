"""Members that the requests of all kinds of jobs have in common."""

from collections.abc import Sequence
from typing import Any

from lambdas.contract import EXECUTION_TAG
from lambdas.messages.execution import Execution


def execution_tags(execution: Execution) -> list[dict[str, str]]:
    """Return the tags that lead from a job back to its execution."""
    return [{"Key": EXECUTION_TAG, "Value": execution.arn}]


def key_member(member: str, kms_key_arn: str | None) -> dict[str, str]:
    """Leave the member out where there is no key: SageMaker takes an empty one for a wrong one."""
    return {member: kms_key_arn} if kms_key_arn else {}


def vpc_member(subnets: Sequence[str], security_groups: Sequence[str]) -> dict[str, Any]:
    """Return where a job runs in a VPC; nothing without subnets."""
    if not subnets:
        return {}
    return {"VpcConfig": {"SecurityGroupIds": list(security_groups), "Subnets": list(subnets)}}
