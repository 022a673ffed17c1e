"""Model package groups and the versions in them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from local.aws.sagemaker.model_packages import PACKAGE_EVENT
from tests.local.aws.sagemaker.caller import Caller, where
from tests.local.aws.sandbox import Sandbox, allow, unique


@pytest.fixture
def group(sandbox: Sandbox) -> str:
    name = unique("group")
    sandbox.sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def package(group: str, **members: Any) -> dict[str, Any]:
    specification = {
        "Containers": [{"Image": "image", "ModelDataUrl": "s3://bucket/model.tar.gz"}],
        "SupportedContentTypes": ["image/jpeg"],
        "SupportedResponseMIMETypes": ["application/json"],
    }
    return {"ModelPackageGroupName": group, "InferenceSpecification": specification, **members}


def register(sandbox: Sandbox, group: str, **members: Any) -> str:
    """Create a version; return its ARN."""
    created = sandbox.sagemaker.create_model_package(**package(group, **members))
    arn: str = created["ModelPackageArn"]
    return arn


def test_versions_count_from_one_and_wait_for_approval(sandbox: Sandbox, group: str) -> None:
    arns = [register(sandbox, group) for _ in range(2)]
    first, second = (sandbox.sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns)
    assert arns[1].endswith(f":model-package/{group}/2")
    assert (first["ModelPackageVersion"], second["ModelPackageVersion"]) == (1, 2)
    assert first["ModelApprovalStatus"] == "PendingManualApproval"
    assert first["ModelPackageStatus"] == "Completed"


def test_the_same_client_token_makes_one_version(sandbox: Sandbox, group: str) -> None:
    arns = {register(sandbox, group, ClientToken="0a1b") for _ in range(3)}
    listed = sandbox.sagemaker.list_model_packages(ModelPackageGroupName=group)
    assert len(arns) == len(listed["ModelPackageSummaryList"]) == 1


def test_the_newest_approved_version_is_found(sandbox: Sandbox, group: str) -> None:
    arns = [register(sandbox, group) for _ in range(3)]
    for arn in arns[:2]:
        sandbox.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    found = sandbox.sagemaker.list_model_packages(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        SortBy="CreationTime",
        SortOrder="Descending",
        MaxResults=1,
    )
    assert [each["ModelPackageArn"] for each in found["ModelPackageSummaryList"]] == [arns[1]]
    assert "NextToken" in found
    listed = sandbox.sagemaker.list_model_packages(ModelPackageGroupName=group)
    assert [each["ModelPackageArn"] for each in listed["ModelPackageSummaryList"]] == arns


def test_metadata_can_be_added_and_removed(sandbox: Sandbox, group: str) -> None:
    given = {"ap50": "0.61", "note": "n"}
    arn = register(sandbox, group, CustomerMetadataProperties=given)
    sandbox.sagemaker.update_model_package(
        ModelPackageArn=arn,
        CustomerMetadataProperties={"ap": "0.3"},
        CustomerMetadataPropertiesToRemove=["note"],
    )
    described = sandbox.sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["CustomerMetadataProperties"] == {"ap50": "0.61", "ap": "0.3"}


def test_the_last_metadata_can_be_removed_and_is_no_event(
    sandbox: Sandbox, aws: EmbeddedAws, group: str
) -> None:
    arn = register(sandbox, group, CustomerMetadataProperties={"ap50": "0.61"})
    sandbox.sagemaker.update_model_package(
        ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["ap50"]
    )
    described = sandbox.sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["CustomerMetadataProperties"] == {}
    sent = [event for event in aws.events.sent(PACKAGE_EVENT) if event.resources == (arn,)]
    assert len(sent) == 1


def test_the_number_of_a_deleted_version_is_not_given_out_again(
    sandbox: Sandbox, group: str
) -> None:
    first = register(sandbox, group)
    sandbox.sagemaker.delete_model_package(ModelPackageName=first)
    assert register(sandbox, group).endswith("/2")


def test_each_creation_and_approval_is_an_event(
    sandbox: Sandbox, aws: EmbeddedAws, group: str
) -> None:
    arn = register(sandbox, group)
    sandbox.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    events = [event for event in aws.events.sent(PACKAGE_EVENT) if event.resources == (arn,)]
    approvals = [event.detail["ModelApprovalStatus"] for event in events]
    assert approvals == ["PendingManualApproval", "Approved"]
    assert events[-1].detail["ModelPackageGroupName"] == group
    assert events[-1].detail["ModelPackageVersion"] == 1


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"CustomerMetadataProperties": {"classes": "dog, cat"}}, "regular expression pattern"),
        ({"ModelPackageName": "n"}, "Cannot determine which one to use"),
        ({"Tags": [{"Key": "k", "Value": "v"}]}, "Tags cannot be given to a version"),
        ({"ModelPackageGroupName": "none"}, "does not exist"),
    ],
)
def test_a_version_that_breaks_a_constraint_is_refused(
    sandbox: Sandbox, group: str, members: dict[str, Any], told: str
) -> None:
    with pytest.raises(ClientError, match=told) as refused:
        sandbox.sagemaker.create_model_package(**{**package(group), **members})
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_group_is_there_once_and_stays_while_it_holds_versions(
    sandbox: Sandbox, group: str
) -> None:
    sagemaker = sandbox.sagemaker
    with pytest.raises(ClientError, match="already exists"):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
    arn = register(sandbox, group)
    with pytest.raises(ClientError, match="still contains Model Packages"):
        sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    sagemaker.delete_model_package(ModelPackageName=arn)
    sagemaker.delete_model_package_group(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match="does not exist"):
        sagemaker.describe_model_package_group(ModelPackageGroupName=group)


def test_a_role_that_must_not_approve_can_register_and_reject(sandbox: Sandbox, group: str) -> None:
    caller = Caller(sandbox)
    may = (
        allow("sagemaker:CreateModelPackage", f"arn:aws:sagemaker:*:*:model-package*/{group}*"),
        allow("sagemaker:UpdateModelPackage", f"arn:aws:sagemaker:*:*:model-package/{group}/*"),
        where(allow("sagemaker:*ModelPackage", "*"), ModelApprovalStatus="Approved")
        | {"Effect": "Deny"},
    )
    assert caller.call("create_model_package", package(group), *may) is None
    approved = package(group, ModelApprovalStatus="Approved")
    refused = caller.call("create_model_package", approved, *may)
    assert refused
    assert refused["Code"] == "AccessDeniedException"
    listed = sandbox.sagemaker.list_model_packages(ModelPackageGroupName=group)
    (version,) = listed["ModelPackageSummaryList"]
    update = {"ModelPackageArn": version["ModelPackageArn"]}
    change = "update_model_package"
    assert caller.call(change, update | {"ModelApprovalStatus": "Approved"}, *may)
    assert caller.call(change, update | {"ModelApprovalStatus": "Rejected"}, *may) is None


@pytest.mark.parametrize("missing", ["model-package", "model-package-group"])
def test_registering_needs_permission_on_the_group_and_on_its_versions(
    sandbox: Sandbox, group: str, missing: str
) -> None:
    resources = {
        "model-package": f"arn:aws:sagemaker:*:*:model-package/{group}/*",
        "model-package-group": f"arn:aws:sagemaker:*:*:model-package-group/{group}",
    }
    allowed = [
        allow("sagemaker:CreateModelPackage", resource)
        for kind, resource in resources.items()
        if kind != missing
    ]
    refused = Caller(sandbox).call("create_model_package", package(group), *allowed)
    assert refused
    assert refused["Code"] == "AccessDeniedException"


def test_listing_versions_needs_the_permission_for_all_groups(sandbox: Sandbox, group: str) -> None:
    caller, request = Caller(sandbox), {"ModelPackageGroupName": group}
    name, action = "list_model_packages", "sagemaker:ListModelPackages"
    assert caller.call(name, request, allow(action, "*")) is None
    assert caller.call(name, request, allow(action, f"arn:aws:sagemaker:*:*:*/{group}"))
