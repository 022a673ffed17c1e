"""IAM on the embedded AWS: the actions ministack does not know, and a record of every decision."""

from __future__ import annotations

import json
from typing import Any

from local.aws.repairs.authorization import Authorizer, Decision
from local.aws.repairs.patching import Patches, ministack, require
from local.aws.sagemaker.authorization import condition_keys, resource_of


class IamRepairs:
    """Repairs of policy enforcement.

    - SageMaker requests are checked, each against the ARN it names (lower-cased as SageMaker does),
      and with SageMaker's condition keys.
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
        patches.wrap(actions, "request_tag_context", _with_condition_keys)
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
            action = headers.get("x-amz-target", "").removeprefix("SageMaker.")
            return resource_of(action, json.loads(body or b"{}"), region, account)
        return str(original(service, *request))


def _with_condition_keys(
    original: Any, service: str, iam_action: str, body: bytes, params: Any
) -> Any:
    context = original(service, iam_action, body, params)
    if service != "sagemaker":
        return context
    responses, action = ministack("core.responses"), iam_action.removeprefix("sagemaker:")
    place = responses.get_region(), responses.get_account_id()
    return {**context, **condition_keys(action, json.loads(body or b"{}"), *place)}


def _over_tls(original: Any, source_ip: str, _secure: bool) -> None:
    original(source_ip, True)
