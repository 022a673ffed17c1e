"""``AWS::SageMaker::ModelPackageGroup`` in the embedded CloudFormation."""

from __future__ import annotations

from typing import Any

from local.aws.repairs.patching import Patches, ministack, require
from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.model_package_groups import ModelPackageGroups

_TYPE = "AWS::SageMaker::ModelPackageGroup"
_MEMBERS = ("ModelPackageGroupName", "ModelPackageGroupDescription", "Tags")


class ModelPackageGroupTemplates:
    """Creates, retags and deletes groups for stacks; ``Ref`` is a group's ARN.

    Not provided: the property ``ModelPackageGroupPolicy``, and changes that replace the group.
    """

    def __init__(self, account: SageMakerAccount, groups: ModelPackageGroups) -> None:
        self._account, self._groups = account, groups

    def install(self, patches: Patches) -> None:
        """Make the type known."""
        handlers = ministack("services.cloudformation.provisioners")._RESOURCE_HANDLERS
        require(_TYPE not in handlers, f"provisioners._RESOURCE_HANDLERS without {_TYPE}")
        operations = {"create": self._create, "update": self._update, "delete": self._delete}
        patches.put(handlers, _TYPE, operations)

    def _create(self, _logical_id: str, properties: Any, _stack: str) -> tuple[str, Any]:
        request = {name: properties[name] for name in _MEMBERS if name in properties}
        arn = self._groups.create_model_package_group(request)["ModelPackageGroupArn"]
        return arn, {"ModelPackageGroupArn": arn}

    def _update(self, arn: str, before: Any, after: Any, _stack: str) -> tuple[str, Any]:
        for name in _MEMBERS[:2]:
            if before.get(name) != after.get(name):
                raise ValueError(f"the embedded AWS does not replace {arn} for a new {name}")
        self._account.add_tags({"ResourceArn": arn, "Tags": after.get("Tags", [])})
        return arn, {"ModelPackageGroupArn": arn}

    def _delete(self, _arn: str, properties: Any) -> None:
        self._groups.delete_model_package_group(properties)
