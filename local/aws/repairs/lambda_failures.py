"""Where an asynchronous invocation goes that failed for good: the function's dead-letter queue."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable
from typing import Any

from local.aws.repairs.authorization import Authorizer, role_credentials
from local.aws.repairs.patching import Patches, ministack

_log = logging.getLogger(__name__)


class LambdaFailureRouting:
    """Repair of the delivery to a dead-letter queue or an on-failure destination.

    The function's role needs the permission to send. A dead-letter queue receives the event as it
    was, with the error as message attributes; an on-failure destination receives the invocation
    record (Lambda developer guide, "Capturing records of asynchronous invocations").
    """

    def __init__(self, client: Callable[..., Any], authorizer: Authorizer) -> None:
        self._client = client
        self._authorizer = authorizer

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        patches.wrap(ministack("services.lambda_svc"), "_route_async_failure", self._route)

    def _route(
        self, _original: Any, target: str, function: str, event: Any, result: dict[str, Any]
    ) -> None:
        record = ministack("services.lambda_svc")._functions.get(function)
        if record is None:
            return
        config = record["config"]
        action = "sqs:SendMessage" if ":sqs:" in target else "sns:Publish"
        if not self._authorizer.role_allows(config["Role"], function, action, target):
            _log.error("%s may not %s to %s: the failed event is lost", function, action, target)
            return
        error = result.get("body") if isinstance(result.get("body"), dict) else {}
        is_dead_letter = (config.get("DeadLetterConfig") or {}).get("TargetArn") == target
        body = event if is_dead_letter else _invocation_record(config, event, error or {})
        credentials = role_credentials(config["Role"], function)
        self._send(target, json.dumps(body), _attributes(error or {}), credentials)

    def _send(
        self, target: str, body: str, attributes: dict[str, Any], credentials: dict[str, str]
    ) -> None:
        if ":sns:" in target:
            self._client("sns", **credentials).publish(TopicArn=target, Message=body)
            return
        sqs = self._client("sqs", **credentials)
        account, name = target.split(":")[4:6]
        url = f"{sqs.meta.endpoint_url}/{account}/{name}"
        sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)


def _attributes(error: dict[str, Any]) -> dict[str, Any]:
    values = {
        "RequestID": str(error.get("requestId") or uuid.uuid4()),
        "ErrorCode": "200",
        "ErrorMessage": str(error.get("errorMessage", ""))[:1024] or "unknown",
    }
    return {name: {"DataType": "String", "StringValue": value} for name, value in values.items()}


def _invocation_record(config: dict[str, Any], event: Any, error: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"{config.get('FunctionArn')}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": error,
    }
