"""SageMaker's wire protocol: requests come in as JSON, are checked, and answered."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

from local.aws.repairs.iam import approval_context, sagemaker_resource
from local.aws.repairs.patching import Patches, ministack, require
from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.refusals import RequestRefused
from local.aws.sagemaker.request_validation import known_action, validate

_HEADERS = {"Content-Type": "application/x-amz-json-1.1"}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class SageMakerApi:
    """Answers the requests that ministack routes to SageMaker."""

    def __init__(self, account: SageMakerAccount, *services: object) -> None:
        """An action is the method of that name of one of the services, or of the account."""
        self._account = account
        self._services = (account, *services)

    def install(self, patches: Patches) -> None:
        """Make SageMaker one of ministack's services."""
        handlers, router = ministack("app").SERVICE_HANDLERS, ministack("core.router")
        require("sagemaker" not in handlers, "app.SERVICE_HANDLERS without sagemaker")
        tagged = ministack("services.tagging")._RESOURCE_TAG_COLLECTORS
        require("sagemaker" not in tagged, "tagging._RESOURCE_TAG_COLLECTORS without sagemaker")
        patches.put(tagged, "sagemaker", self._account.tagged)
        patches.put(handlers, "sagemaker", self.handle)
        patches.put(
            router.SERVICE_PATTERNS,
            "sagemaker",
            {
                "target_prefixes": ["SageMaker."],
                "host_patterns": [r"sagemaker\."],
                "credential_scope": "sagemaker",
            },
        )

    async def handle(
        self, _method: str, _path: str, headers: dict[str, str], body: bytes, query: Any
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer one request, off the event loop: the work may call back into it."""
        action = headers.get("x-amz-target", "").removeprefix("SageMaker.")
        try:
            answer = await asyncio.to_thread(
                self._answer, action, json.loads(body or b"{}"), headers, query
            )
        except RequestRefused as refused:
            problem = {"__type": refused.code, "message": refused.message}
            return refused.status, dict(_HEADERS), json.dumps(problem).encode()
        return 200, dict(_HEADERS), json.dumps(answer).encode()

    def _answer(
        self, action: str, request: dict[str, Any], headers: dict[str, str], query: Any
    ) -> dict[str, Any]:
        name = _WORD.sub("_", action).lower()
        operations = (getattr(service, name, None) for service in self._services)
        operation = next(filter(None, operations), None)
        if not known_action(action) or operation is None:
            raise RequestRefused(
                "UnknownOperationException", f"the embedded AWS has no SageMaker action {action}"
            )
        validate(action, request)
        if action.startswith("Create"):
            _check_permissions(action, request, headers, query)
        answer: dict[str, Any] = operation(request)
        return answer


def _needed(action: str, request: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield action, resource and condition keys of what a creation needs besides its own action."""
    responses = ministack("core.responses")
    created = sagemaker_resource(request, responses.get_region(), responses.get_account_id())
    for role in ("RoleArn", "ExecutionRoleArn"):
        if role in request:
            service = {"iam:passedtoservice": "sagemaker.amazonaws.com"}
            yield "iam:PassRole", request[role], service
    if tags := request.get("Tags"):
        context = {f"aws:requesttag/{tag['Key']}": tag["Value"] for tag in tags}
        yield "sagemaker:AddTags", created, context
    if action == "CreateModelPackage":
        versions = created.replace(":model-package-group/", ":model-package/") + "/*"
        yield f"sagemaker:{action}", versions, approval_context(request)


def _check_permissions(
    action: str, request: dict[str, Any], headers: dict[str, str], query: Any
) -> None:
    """Ask for the permissions to pass roles and to tag, which are permissions of their own.

    Raises:
        RequestRefused: AccessDeniedException that names the missing permission.
    """
    responses = ministack("core.responses")
    access_key = ministack("core.router").extract_access_key_id(headers, query)
    for needed, resource, context in _needed(action, request):
        denied = ministack("core.iam_evaluator").enforce(
            access_key,
            needed,
            needed.split(":")[0],
            responses.get_region(),
            resource_arn=resource,
            service_context=context,
        )
        if denied is not None:
            principal = getattr(denied, "principal_arn", "unknown")
            raise RequestRefused(
                "AccessDeniedException",
                f"User: {principal} is not authorized to perform: {needed} on resource: {resource}",
            )
