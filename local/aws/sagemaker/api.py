"""SageMaker's wire protocol: requests come in as JSON, are checked, and answered."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from local.aws.repairs.patching import Patches, ministack, require
from local.aws.sagemaker.refusals import RequestRefused
from local.aws.sagemaker.request_validation import known_action, validate
from local.aws.sagemaker.training_service import TrainingService

_HEADERS = {"Content-Type": "application/x-amz-json-1.1"}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class SageMakerApi:
    """Answers the requests that ministack routes to SageMaker."""

    def __init__(self, service: TrainingService) -> None:
        self._service = service

    def install(self, patches: Patches) -> None:
        """Make SageMaker one of ministack's services."""
        handlers, router = ministack("app").SERVICE_HANDLERS, ministack("core.router")
        require("sagemaker" not in handlers, "app.SERVICE_HANDLERS without sagemaker")
        tagged = ministack("services.tagging")._RESOURCE_TAG_COLLECTORS
        require("sagemaker" not in tagged, "tagging._RESOURCE_TAG_COLLECTORS without sagemaker")
        patches.put(tagged, "sagemaker", self._service.tagged)
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
        operation = getattr(self._service, _WORD.sub("_", action).lower(), None)
        if not known_action(action) or operation is None:
            raise RequestRefused(
                "UnknownOperationException", f"the embedded AWS has no SageMaker action {action}"
            )
        validate(action, request)
        if action == "CreateTrainingJob":
            _check_permissions(request, headers, query)
        answer: dict[str, Any] = operation(request)
        return answer


def _check_permissions(request: dict[str, Any], headers: dict[str, str], query: Any) -> None:
    """Ask for the permissions to pass the role and to tag, which are permissions of their own.

    Raises:
        RequestRefused: AccessDeniedException that names the missing permission.
    """
    responses = ministack("core.responses")
    name = request["TrainingJobName"].lower()
    job = f"arn:aws:sagemaker:{responses.get_region()}:{responses.get_account_id()}"
    needed = [
        ("iam:PassRole", request["RoleArn"], {"iam:passedtoservice": "sagemaker.amazonaws.com"})
    ]
    if tags := request.get("Tags"):
        context = {f"aws:requesttag/{tag['Key']}": tag["Value"] for tag in tags}
        needed.append(("sagemaker:AddTags", f"{job}:training-job/{name}", context))
    access_key = ministack("core.router").extract_access_key_id(headers, query)
    for action, resource, context in needed:
        denied = ministack("core.iam_evaluator").enforce(
            access_key,
            action,
            action.split(":")[0],
            responses.get_region(),
            resource_arn=resource,
            service_context=context,
        )
        if denied is not None:
            principal = getattr(denied, "principal_arn", "unknown")
            raise RequestRefused(
                "AccessDeniedException",
                f"User: {principal} is not authorized to perform: {action} on resource: {resource}",
            )
