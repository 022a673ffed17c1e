"""SageMaker's actions on model package groups, each with the versions that it holds."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.listing import Entry, listed
from local.aws.sagemaker.refusals import RequestRefused, validation_error

_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)

Package = dict[str, Any]
"""A version, as DescribeModelPackage answers."""


@dataclass(slots=True)
class Group:
    """A group, as DescribeModelPackageGroup answers, and its versions by ARN, oldest first."""

    described: dict[str, Any]
    versions: dict[str, Package] = field(default_factory=dict)
    last_version: int = 0
    """Numbers are not given out again after a version is deleted."""


class ModelPackageGroups:
    """All groups by ARN."""

    def __init__(self) -> None:
        self._groups: dict[str, Group] = {}

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def __iter__(self) -> Iterator[Group]:
        """Iterate over all groups, oldest first."""
        return iter(tuple(self._groups.values()))

    def create_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateModelPackageGroup."""
        arn = self._account.arn("model-package-group", request["ModelPackageGroupName"])
        if arn in self._groups:
            raise validation_error(f"Model Package Group already exists: {arn}")
        self._account.tag(arn, request.get("Tags", []))
        self._groups[arn] = Group(
            {
                **{member: value for member, value in request.items() if member != "Tags"},
                "ModelPackageGroupArn": arn,
                "ModelPackageGroupStatus": "Completed",
                "CreationTime": time.time(),
                "CreatedBy": {},
            }
        )
        return {"ModelPackageGroupArn": arn}

    def describe_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeModelPackageGroup."""
        return self.find(request["ModelPackageGroupName"]).described

    def list_model_package_groups(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListModelPackageGroups, oldest first unless asked otherwise."""
        summaries = (only(_SUMMARY, group.described) for group in self)
        entries = (
            Entry(each["ModelPackageGroupName"], each["CreationTime"], each) for each in summaries
        )
        return listed(entries, request, "ModelPackageGroupSummaryList", "Ascending")

    def delete_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteModelPackageGroup; one that holds versions stays."""
        group = self.find(request["ModelPackageGroupName"])
        if group.versions:
            raise RequestRefused(
                "ConflictException",
                f"Model Package Group {group.described['ModelPackageGroupName']} cannot be deleted "
                "because it still contains Model Packages",
            )
        arn = group.described["ModelPackageGroupArn"]
        del self._groups[arn]
        self._account.forget(arn)
        return {}

    def find(self, name: str) -> Group:
        """Return the group of a name or an ARN.

        Raises:
            RequestRefused: ValidationException: there is none.
        """
        arn = self._account.arn("model-package-group", name.rpartition("/")[2])
        group = self._groups.get(arn)
        if group is None:
            raise validation_error(f"ModelPackageGroup {arn} does not exist.")
        return group


def only(names: tuple[str, ...], described: dict[str, Any]) -> dict[str, Any]:
    """Return the members of these names, as far as there are any."""
    return {name: described[name] for name in names if name in described}
