"""Model package groups, made by the API and by stacks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.sandbox import Sandbox, eventually, unique


def test_groups_are_listed_by_name_and_found_by_name_and_arn(sandbox: Sandbox) -> None:
    sagemaker, name = sandbox.sagemaker, unique("Group")
    arns = [
        sagemaker.create_model_package_group(ModelPackageGroupName=f"{name}-{number}")[
            "ModelPackageGroupArn"
        ]
        for number in range(2)
    ]
    listed = sagemaker.list_model_package_groups(NameContains=name, SortOrder="Descending")
    found = [group["ModelPackageGroupArn"] for group in listed["ModelPackageGroupSummaryList"]]
    assert found == arns[::-1]
    described = sagemaker.describe_model_package_group(ModelPackageGroupName=arns[0])
    assert described["ModelPackageGroupName"] == f"{name}-0"
    assert described["ModelPackageGroupStatus"] == "Completed"


def test_a_group_that_was_deleted_can_be_made_again_without_its_tags(sandbox: Sandbox) -> None:
    sagemaker, name = sandbox.sagemaker, unique("group")
    tags = [{"Key": "k", "Value": "v"}]
    created = sagemaker.create_model_package_group(ModelPackageGroupName=name, Tags=tags)
    arn = created["ModelPackageGroupArn"]
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    sagemaker.delete_model_package_group(ModelPackageGroupName=name)
    sagemaker.create_model_package_group(ModelPackageGroupName=name)
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


class Stack:
    """A stack with one group."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.name, self.group = unique("stack"), unique("group")
        self.cloudformation = sandbox.aws.client("cloudformation")

    def template(self, policy: str = "Delete", **properties: Any) -> dict[str, str]:
        group = {
            "Type": "AWS::SageMaker::ModelPackageGroup",
            "DeletionPolicy": policy,
            "Properties": {"ModelPackageGroupName": self.group, **properties},
        }
        template = {"Resources": {"G": group}, "Outputs": {"Arn": {"Value": {"Ref": "G"}}}}
        return {"StackName": self.name, "TemplateBody": json.dumps(template)}

    def ended(self) -> dict[str, Any]:
        """Describe the stack as soon as nothing is in progress."""

        def described() -> dict[str, Any] | None:
            stack: dict[str, Any] = self.cloudformation.describe_stacks(StackName=self.name)[
                "Stacks"
            ][0]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        found: dict[str, Any] = eventually(described)
        return found

    def delete(self) -> None:
        """Delete the stack and wait until it is gone."""
        self.cloudformation.delete_stack(StackName=self.name)

        def gone() -> bool:
            stacks = self.cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])
            return self.name in [stack["StackName"] for stack in stacks["StackSummaries"]]

        eventually(gone)


def test_a_stack_makes_a_group_tags_it_and_deletes_it(sandbox: Sandbox) -> None:
    stack, sagemaker = Stack(sandbox), sandbox.sagemaker
    stack.cloudformation.create_stack(**stack.template())
    arn = stack.ended()["Outputs"][0]["OutputValue"]
    assert arn.endswith(f":model-package-group/{stack.group}")
    tags = [{"Key": "team", "Value": "vision"}]
    stack.cloudformation.update_stack(**stack.template(Tags=tags))
    assert stack.ended()["StackStatus"] == "UPDATE_COMPLETE"
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == tags
    stack.delete()
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName=stack.group)


def test_a_retained_group_outlives_its_stack_and_stands_in_the_way_of_the_next(
    sandbox: Sandbox,
) -> None:
    stack = Stack(sandbox)
    stack.cloudformation.create_stack(**stack.template("Retain"))
    assert stack.ended()["StackStatus"] == "CREATE_COMPLETE"
    stack.delete()
    assert sandbox.sagemaker.describe_model_package_group(ModelPackageGroupName=stack.group)
    stack.cloudformation.create_stack(**stack.template("Retain"))
    assert stack.ended()["StackStatus"].startswith("ROLLBACK")


def test_a_change_that_would_replace_a_group_is_refused(sandbox: Sandbox) -> None:
    stack = Stack(sandbox)
    stack.cloudformation.create_stack(**stack.template())
    stack.ended()
    described = {"ModelPackageGroupDescription": "another"}
    stack.cloudformation.update_stack(**stack.template(**described))
    assert stack.ended()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
