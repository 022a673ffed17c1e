"""IAM on the embedded AWS: the actions ministack does not know, and a record of every decision."""

from __future__ import annotations

import json
from typing import Any

from local.aws.repairs.authorization import Authorizer, Decision
from local.aws.repairs.patching import Patches, ministack, require

_KINDS = {
    "TrainingJobName": "training-job",
    "TransformJobName": "transform-job",
    "LabelingJobName": "labeling-job",
    "ModelPackageGroupName": "model-package-group",
    "ModelName": "model",
}
"""What a request is about, by the first of these members that it has."""
_ARNS = ("ResourceArn", "ModelPackageArn", "ModelPackageName")
_OF_NO_RESOURCE = ".ListModelPackages"
"""Its resource type is optional (service authorization reference), so that it is asked for "*"."""
_APPROVAL = "ModelApprovalStatus"


class IamRepairs:
    """Repairs of policy enforcement.

    - SageMaker requests are checked, each against the ARN it names (lower-cased as SageMaker does),
      with ``sagemaker:ModelApprovalStatus`` as a condition key.
    - The resource of SendTask* is the state machine that issued the token; a token nobody issued
      is checked against "*".
    - The endpoint is plain HTTP on loopback and stands for AWS's HTTPS endpoint, so
      ``aws:SecureTransport`` is true.
    - Every decision about a role is remembered, so that tests can tell which permissions are used
      and which requests were refused.
    """

    def __init__(self, authorizer: Authorizer) -> None:
        self._decisions = authorizer.decisions
        self._issuers: Any = None

    def install(self, patches: Patches, token_issuer: Any) -> None:
        """Put the repairs in place; ``token_issuer`` finds a task token's state machine or None."""
        self._issuers = token_issuer
        actions, evaluator = ministack("core.iam_actions"), ministack("core.iam_evaluator")
        namespaces = actions.SERVICE_TO_IAM_NAMESPACE
        require(isinstance(namespaces, dict), "iam_actions.SERVICE_TO_IAM_NAMESPACE")
        patches.put(namespaces, "sagemaker", "sagemaker")
        patches.wrap(actions, "extract_resource_arn", self._resource)
        patches.wrap(actions, "request_tag_context", _with_approval)
        patches.wrap(evaluator, "enforce", self._recorded)
        patches.wrap(ministack("app"), "pin_request_origin", _over_tls)

    def _recorded(
        self, original: Any, key: str, action: str, service: str, region: str, **named: Any
    ) -> Any:
        denied = original(key, action, service, region, **named)
        principal = ministack("core.iam_evaluator").caller_arn()
        if ":assumed-role/" in principal:
            resource = named.get("resource_arn", "*")
            self._decisions.add(Decision(principal, action, resource, denied is None))
        return denied

    def _resource(self, original: Any, service: str, *request: Any) -> str:
        _method, _path, headers, body, _query, region, account = request
        if service == "states" and ".SendTask" in headers.get("x-amz-target", ""):
            return self._issuers(json.loads(body).get("taskToken")) or "*"
        if service == "sagemaker":
            if headers.get("x-amz-target", "").endswith(_OF_NO_RESOURCE):
                return "*"
            return sagemaker_resource(json.loads(body or b"{}"), region, account)
        return str(original(service, *request))


def sagemaker_resource(request: dict[str, Any], region: str, account: str) -> str:
    """Return the ARN of what a SageMaker request is about; "*" where it names nothing."""
    for member in _ARNS:
        if member in request:
            return str(request[member])
    for member, kind in _KINDS.items():
        if member in request:
            return f"arn:aws:sagemaker:{region}:{account}:{kind}/{str(request[member]).lower()}"
    return "*"


def approval_context(request: dict[str, Any]) -> dict[str, str]:
    """Return the condition key of what a request wants a model package's approval to be."""
    return {f"sagemaker:{_APPROVAL}".lower(): request[_APPROVAL]} if _APPROVAL in request else {}


def _with_approval(original: Any, service: str, action: str, body: bytes, params: Any) -> Any:
    context = original(service, action, body, params)
    if service == "sagemaker" and action.endswith("ModelPackage"):
        context = {**context, **approval_context(json.loads(body or b"{}"))}
    return context


def _over_tls(original: Any, source_ip: str, _secure: bool) -> None:
    original(source_ip, True)
