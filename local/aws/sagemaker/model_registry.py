"""SageMaker's actions on model package groups and the versions in them."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Any

from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.jobs import page
from local.aws.sagemaker.refusals import RequestRefused, validation_error

PACKAGE_EVENT = "SageMaker Model Package State Change"
_IN_EVENT = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "InferenceSpecification",
    "ModelPackageStatus",
    "ModelPackageStatusDetails",
    "ModelApprovalStatus",
    "MetadataProperties",
    "ModelMetrics",
)
_TIMES = ("CreationTime", "LastModifiedTime")
_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
)

Package = dict[str, Any]


class ModelRegistry:
    """The groups, and all versions in the order of their creation."""

    def __init__(self) -> None:
        self.groups: dict[str, dict[str, Any]] = {}
        self.packages: dict[str, Package] = {}
        """By ARN."""
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def create_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateModelPackageGroup."""
        name = request["ModelPackageGroupName"]
        arn = self._account.arn("model-package-group", name)
        if name in self.groups:
            raise validation_error(f"Model Package Group already exists: {arn}")
        self._account.tag(arn, request.get("Tags", []))
        self.groups[name] = {
            **{member: value for member, value in request.items() if member != "Tags"},
            "ModelPackageGroupArn": arn,
            "ModelPackageGroupStatus": "Completed",
            "CreationTime": time.time(),
            "CreatedBy": {},
        }
        return {"ModelPackageGroupArn": arn}

    def describe_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeModelPackageGroup."""
        return self._group(request["ModelPackageGroupName"])

    def delete_model_package_group(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteModelPackageGroup; one that holds versions stays."""
        name = self._group(request["ModelPackageGroupName"])["ModelPackageGroupName"]
        if self._versions(name):
            raise RequestRefused(
                "ConflictException",
                f"Model Package Group {name} cannot be deleted because it still contains Model "
                "Packages",
            )
        del self.groups[name]
        return {}

    def create_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateModelPackage; the same ClientToken makes one version only."""
        _check_package(request)
        group = self._group(request["ModelPackageGroupName"])["ModelPackageGroupName"]
        token = request.get("ClientToken")
        with self._lock:
            if token is not None and token in self._tokens:
                return {"ModelPackageArn": self._tokens[token]}
            version = 1 + max((p["ModelPackageVersion"] for p in self._versions(group)), default=0)
            arn = self._account.arn("model-package", f"{group}/{version}")
            now = time.time()
            package = self.packages[arn] = {
                "ModelApprovalStatus": "PendingManualApproval",
                **{member: value for member, value in request.items() if member != "ClientToken"},
                "ModelPackageArn": arn,
                "ModelPackageVersion": version,
                "ModelPackageStatus": "Completed",
                "ModelPackageStatusDetails": {"ValidationStatuses": []},
                "CreationTime": now,
                "LastModifiedTime": now,
            }
            if token is not None:
                self._tokens[token] = arn
        self._announce(package)
        return {"ModelPackageArn": arn}

    def describe_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DescribeModelPackage, by the version's ARN."""
        return self._package(request["ModelPackageName"])

    def update_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer UpdateModelPackage: the approval and the metadata."""
        package = self._package(request["ModelPackageArn"])
        metadata = {
            **package.get("CustomerMetadataProperties", {}),
            **request.get("CustomerMetadataProperties", {}),
        }
        for name in request.get("CustomerMetadataPropertiesToRemove", []):
            metadata.pop(name, None)
        if metadata:
            package["CustomerMetadataProperties"] = metadata
        for member in ("ModelApprovalStatus", "ApprovalDescription"):
            if member in request:
                package[member] = request[member]
        package["LastModifiedTime"] = time.time()
        self._announce(package)
        return {"ModelPackageArn": package["ModelPackageArn"]}

    def delete_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteModelPackage."""
        del self.packages[self._package(request["ModelPackageName"])["ModelPackageArn"]]
        return {}

    def list_model_packages(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListModelPackages of a group: by approval, oldest first unless asked otherwise."""
        approval = request.get("ModelApprovalStatus")
        wanted = [
            package
            for package in self._versions(request.get("ModelPackageGroupName"))
            if approval in (None, package["ModelApprovalStatus"])
        ]
        if request.get("SortOrder", "Ascending") == "Descending":
            wanted.reverse()
        shown, token = page(wanted, request)
        summaries = [{name: each[name] for name in _SUMMARY if name in each} for each in shown]
        return {"ModelPackageSummaryList": summaries} | token

    def _versions(self, group: str | None) -> list[Package]:
        return [each for each in self.packages.values() if each["ModelPackageGroupName"] == group]

    def _group(self, name: str) -> dict[str, Any]:
        group = self.groups.get(name.rpartition("/")[2])
        if group is None:
            raise validation_error(f"ModelPackageGroup {name} does not exist.")
        return group

    def _package(self, arn: str) -> Package:
        package = self.packages.get(arn)
        if package is None:
            raise validation_error(f"ModelPackage {arn} does not exist.")
        return package

    def _announce(self, package: Package) -> None:
        """Send the event, in the shape of the developer guide's example; times as ISO 8601."""
        detail = {name: package[name] for name in _IN_EVENT if name in package}
        for name in _TIMES:
            moment = datetime.fromtimestamp(package[name], UTC)
            detail[name] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
        detail["CertifyForMarketplace"] = False
        self._account.announce(PACKAGE_EVENT, detail, package["ModelPackageArn"])


def _check_package(request: dict[str, Any]) -> None:
    if "ModelPackageName" in request and "ModelPackageGroupName" in request:
        raise validation_error(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot "
            "determine which one to use."
        )
    if "ModelPackageGroupName" not in request:
        raise validation_error("the embedded AWS has versioned model packages only")
    if request.get("Tags"):
        raise validation_error(
            "Tags cannot be given to a version: it has those of its model package group"
        )
