"""SageMaker's wire protocol: requests come in as JSON, are checked, and answered."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from local.aws.repairs.patching import Patches, ministack, require
from local.aws.sagemaker.account import SageMakerAccount
from local.aws.sagemaker.api_model import check_answer, known_action, validate
from local.aws.sagemaker.authorization import check_further_permissions
from local.aws.sagemaker.refusals import RequestRefused

_HEADERS = {"Content-Type": "application/x-amz-json-1.1"}
_WORD = re.compile(r"(?<!^)(?=[A-Z])")


class SageMakerApi:
    """Answers the requests that ministack routes to SageMaker."""

    def __init__(self, account: SageMakerAccount, *services: object) -> None:
        """Take the services; an action is the method of that name of one, or of the account."""
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
            check_further_permissions(action, request, headers, query)
        answer: dict[str, Any] = operation(request)
        check_answer(action, answer)
        return answer
