"""SageMaker's actions on the versions in model package groups."""

from __future__ import annotations

import threading
import time
from typing import Any

from local.aws.sagemaker.account import SageMakerAccount, iso_time
from local.aws.sagemaker.listing import Entry, listed
from local.aws.sagemaker.model_package_groups import Group, ModelPackageGroups, Package, only
from local.aws.sagemaker.refusals import validation_error

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


class ModelPackages:
    """The versions in all groups.

    A version is Completed at once: nothing validates it. Unversioned packages are refused.
    """

    def __init__(self, groups: ModelPackageGroups) -> None:
        self._groups = groups
        self._tokens: dict[str, str] = {}
        self._lock = threading.Lock()

    def attach(self, account: SageMakerAccount) -> None:
        """Join the service to a running embedded AWS."""
        self._account = account

    def create_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer CreateModelPackage; the same ClientToken makes one version only."""
        _check_package(request)
        group = self._groups.find(request["ModelPackageGroupName"])
        token = request.get("ClientToken")
        name = group.described["ModelPackageGroupName"]
        with self._lock:
            if token in self._tokens:
                return {"ModelPackageArn": self._tokens[token]}
            group.last_version += 1
            arn = self._account.arn("model-package", f"{name}/{group.last_version}")
            now = time.time()
            package = group.versions[arn] = {
                "ModelApprovalStatus": "PendingManualApproval",
                **{member: value for member, value in request.items() if member != "ClientToken"},
                "ModelPackageGroupName": name,
                "ModelPackageArn": arn,
                "ModelPackageVersion": group.last_version,
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
        return self._find(request["ModelPackageName"])[1]

    def update_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer UpdateModelPackage: the approval and the metadata."""
        _, package = self._find(request["ModelPackageArn"])
        metadata = package.setdefault("CustomerMetadataProperties", {})
        metadata |= request.get("CustomerMetadataProperties", {})
        for name in request.get("CustomerMetadataPropertiesToRemove", []):
            metadata.pop(name, None)
        for member in ("ModelApprovalStatus", "ApprovalDescription"):
            if member in request:
                package[member] = request[member]
        package["LastModifiedTime"] = time.time()
        if "ModelApprovalStatus" in request:
            self._announce(package)
        return {"ModelPackageArn": package["ModelPackageArn"]}

    def delete_model_package(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer DeleteModelPackage."""
        group, package = self._find(request["ModelPackageName"])
        del group.versions[package["ModelPackageArn"]]
        return {}

    def list_model_packages(self, request: dict[str, Any]) -> dict[str, Any]:
        """Answer ListModelPackages, oldest first unless asked otherwise; none without a group."""
        approval, group = request.get("ModelApprovalStatus"), request.get("ModelPackageGroupName")
        versions = self._groups.find(group).versions if group else {}
        entries = (
            Entry(arn, package["CreationTime"], only(_SUMMARY, package))
            for arn, package in tuple(versions.items())
            if approval in (None, package["ModelApprovalStatus"])
        )
        return listed(entries, request, "ModelPackageSummaryList", "Ascending")

    def _find(self, arn: str) -> tuple[Group, Package]:
        for group in self._groups:
            if arn in group.versions:
                return group, group.versions[arn]
        raise validation_error(f"ModelPackage {arn} does not exist.")

    def _announce(self, package: Package) -> None:
        """Send the event, in the shape of the developer guide's example; times as ISO 8601."""
        detail = only(_IN_EVENT, package)
        detail |= {name: iso_time(package[name]) for name in _TIMES}
        detail["CertifyForMarketplace"] = False
        self._account.announce(PACKAGE_EVENT, detail, package["ModelPackageArn"])


def _check_package(request: dict[str, Any]) -> None:
    if "ModelPackageName" in request and "ModelPackageGroupName" in request:
        raise validation_error(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. Cannot "
            "determine which one to use."
        )
    if "ModelPackageGroupName" not in request:
        raise validation_error("Missing ARN.")
    if request.get("Tags"):
        raise validation_error(
            "Tags cannot be given to a version: it has those of its model package group"
        )
