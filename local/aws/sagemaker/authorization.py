"""What IAM is asked about a SageMaker request: resources, condition keys, further permissions.

Source: service authorization reference, "Actions, resources, and condition keys for Amazon
SageMaker".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from local.aws.repairs.patching import ministack
from local.aws.sagemaker.refusals import RequestRefused

_KINDS = {
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
    "LabelingJobName": "labeling-job",
    "ModelPackageGroupName": "model-package-group",
    "ModelName": "model",
}
"""What a request is about, by the first of these members that it has."""
_ARNS = ("ResourceArn", "ModelPackageArn", "ModelPackageName")
_OF_NO_RESOURCE = ("ListModelPackages",)
"""Their resource is optional: they are asked for "*", which a policy for any group allows."""


def resource_of(action: str, request: dict[str, Any], region: str, account: str) -> str:
    """Return the ARN of what a request is about, in small letters; "*" where it names nothing."""
    if action in _OF_NO_RESOURCE:
        return "*"
    for member in _ARNS:
        if member in request:
            return str(request[member])
    for member, kind in _KINDS.items():
        if member in request:
            return f"arn:aws:sagemaker:{region}:{account}:{kind}/{str(request[member]).lower()}"
    return "*"


def condition_keys(
    action: str, request: dict[str, Any], region: str, account: str
) -> dict[str, str]:
    """Return SageMaker's condition keys of a request to create or change something."""
    if not action.startswith(("Create", "Update")):
        return {}
    resources = request.get("TransformResources") or request.get("ResourceConfig") or {}
    keys = {
        "InstanceTypes": resources.get("InstanceType"),
        "ModelApprovalStatus": request.get("ModelApprovalStatus"),
        **{
            f"CustomerMetadataProperties/{name}": value
            for name, value in request.get("CustomerMetadataProperties", {}).items()
        },
    }
    if "EnableNetworkIsolation" in request:
        keys["NetworkIsolation"] = str(request["EnableNetworkIsolation"]).lower()
    if action == "CreateTransformJob":
        keys["ModelArn"] = resource_of(
            "DescribeModel", {"ModelName": request["ModelName"]}, region, account
        )
    return {f"sagemaker:{name}".lower(): value for name, value in keys.items() if value is not None}


def check_further_permissions(
    action: str, request: dict[str, Any], headers: dict[str, str], query: Any
) -> None:
    """Ask for what a creation needs besides its own action: to pass roles and to tag.

    Raises:
        RequestRefused: AccessDeniedException that names the missing permission.
    """
    responses = ministack("core.responses")
    access_key = ministack("core.router").extract_access_key_id(headers, query)
    place = responses.get_region(), responses.get_account_id()
    for needed, resource, context in _further_permissions(action, request, *place):
        denied = ministack("core.iam_evaluator").enforce(
            access_key,
            needed,
            needed.split(":")[0],
            place[0],
            resource_arn=resource,
            service_context=context,
        )
        if denied is not None:
            principal = getattr(denied, "principal_arn", "unknown")
            raise RequestRefused(
                "AccessDeniedException",
                f"User: {principal} is not authorized to perform: {needed} on resource: {resource}",
            )


def _further_permissions(
    action: str, request: dict[str, Any], region: str, account: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield action, resource and condition keys."""
    created = resource_of(action, request, region, account)
    for role in ("RoleArn", "ExecutionRoleArn"):
        if role in request:
            service = {"iam:passedtoservice": "sagemaker.amazonaws.com"}
            yield "iam:PassRole", request[role], service
    if tags := request.get("Tags"):
        context = {f"aws:requesttag/{tag['Key']}": tag["Value"] for tag in tags}
        yield "sagemaker:AddTags", created, context
    if action == "CreateModelPackage":
        versions = created.replace(":model-package-group/", ":model-package/") + "/*"
        yield f"sagemaker:{action}", versions, condition_keys(action, request, region, account)
