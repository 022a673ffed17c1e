"""What the deployed roles may do, statement by statement, and what they were seen to do."""

import fnmatch
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from stacks.settings.environments import STACK_NAME
from tests.scenarios.pipeline import Pipeline


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One action that one statement allows a role on one of its resources."""

    role: str
    """Logical id of the role, without its hash."""
    action: str
    resource: str

    def allows(self, action: str, resource: str) -> bool:
        """Whether this grant is one that lets the action through."""
        return self.action == action and fnmatch.fnmatchcase(resource, self.resource)


def deployed_roles(pipeline: Pipeline) -> dict[str, str]:
    """Physical name of each role of the stack by its logical id without the hash."""
    pages = (
        pipeline.aws.client("cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=STACK_NAME)
    )
    return {
        each["LogicalResourceId"][:-8]: each["PhysicalResourceId"]
        for page in pages
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::IAM::Role"
    }


def granted(pipeline: Pipeline, role: str, name: str) -> Iterator[Grant]:
    """What the inline policies of a role allow."""
    iam = pipeline.aws.client("iam")
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        yield Grant(role, action, resource)


def used(pipeline: Pipeline, name: str) -> set[tuple[str, str]]:
    """Action and resource of what a role was allowed so far."""
    return {
        (each.action, each.resource)
        for each in pipeline.aws.decisions
        if each.allowed and f":assumed-role/{name}/" in each.principal
    }


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
