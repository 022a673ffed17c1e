"""EventBridge on the embedded AWS: deliveries need permission, and fail into the dead-letter queue.

A rule invokes a function asynchronously. EventBridge's part ends when Lambda accepts the event: an
error raised by the function is Lambda's to retry and to send to the *function's* dead-letter
queue. Only an event that could not be handed over (no such function, no permission) goes to the
dead-letter queue of the rule's *target*. Both are kept apart here as on AWS.

Not repaired: EventBridge's own retries over 24 hours of a target that throttles or is unavailable,
since no target here does.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from local.aws.repairs.authorization import Authorizer, service_allowed, service_may_assume
from local.aws.repairs.patching import Patches, ministack

_log = logging.getLogger(__name__)
_EVENTS = "events.amazonaws.com"


@dataclass(frozen=True, slots=True)
class _Refusal:
    code: str
    message: str


class EventDelivery:
    """Repairs of what a rule does with its targets."""

    def __init__(self, authorizer: Authorizer) -> None:
        self._authorizer = authorizer

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        bus = ministack("services.eventbridge")
        patches.wrap(bus, "_invoke_target", self._deliver)
        patches.replace(bus, "_dispatch_to_lambda", _invoke_function)

    def _deliver(
        self, original: Any, target: dict[str, Any], event: Any, rule: Any, view: Any = None
    ) -> None:
        bus = ministack("services.eventbridge")
        view = view or bus._pattern_event_view(event)
        refusal = self._refusal(target, rule["Arn"])
        if refusal is None:
            original(target, event, rule, view)
            return
        _log.error("rule %s: %s", rule["Name"], refusal.message)
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue:
            _dead_letter(queue, target, rule, json.dumps(view.event_with_detail()), refusal)

    def _refusal(self, target: dict[str, Any], rule_arn: str) -> _Refusal | None:
        arn = target["Arn"]
        service = arn.split(":")[2]
        if service == "lambda":
            return _function_refusal(arn, rule_arn)
        if service in ("sqs", "sns"):
            return _resource_refusal(service, arn, rule_arn)
        if service == "states":
            return self._state_machine_refusal(arn, target.get("RoleArn", ""), rule_arn)
        return None

    def _state_machine_refusal(self, arn: str, role: str, rule_arn: str) -> _Refusal | None:
        action = "states:StartExecution"
        if not role or not service_may_assume(_EVENTS, role, rule_arn):
            return _Refusal("NO_PERMISSIONS", f"{_EVENTS} cannot assume the target's role {role!r}")
        if not self._authorizer.role_allows(role, "events", action, arn):
            return _Refusal("NO_PERMISSIONS", f"role {role} may not perform {action} on {arn}")
        return None


def _invoke_function(arn: str, payload: str) -> None:
    functions = ministack("services.lambda_svc")
    function, config, _name = functions._get_func_record_for_ref(arn)
    record = functions._execution_record_for_config(function, config)
    functions.invoke_async_with_retry(record, json.loads(payload))


def _function_refusal(arn: str, rule_arn: str) -> _Refusal | None:
    function, config, name = ministack("services.lambda_svc")._get_func_record_for_ref(arn)
    if not function or not config:
        return _Refusal("RESOURCE_NOT_FOUND", f"Function not found: {name}")
    if not _rule_may(function.get("policy"), "lambda:InvokeFunction", arn, rule_arn):
        return _Refusal(
            "NO_PERMISSIONS", f"{_EVENTS} may not perform lambda:InvokeFunction on resource: {arn}"
        )
    return None


def _resource_refusal(service: str, arn: str, rule_arn: str) -> _Refusal | None:
    action = "sqs:SendMessage" if service == "sqs" else "sns:Publish"
    lookup = "queue_policy_for_arn" if service == "sqs" else "topic_policy_for_arn"
    found = getattr(ministack(f"services.{service}"), lookup)(arn)
    if found is None:
        return _Refusal("RESOURCE_NOT_FOUND", f"{arn} does not exist")
    if not _rule_may(found[0], action, arn, rule_arn):
        return _Refusal("NO_PERMISSIONS", f"{_EVENTS} may not perform {action} on resource: {arn}")
    return None


def _rule_may(policy: Any, action: str, resource: str, rule_arn: str) -> bool:
    context = {"aws:sourcearn": rule_arn, "aws:sourceaccount": rule_arn.split(":")[4]}
    return service_allowed(policy, _EVENTS, action, resource, context)


def _dead_letter(queue: str, target: Any, rule: Any, body: str, refusal: _Refusal) -> None:
    blocked = _resource_refusal("sqs", queue, rule["Arn"])
    if blocked:
        _log.error("rule %s: its dead-letter queue: %s", rule["Name"], blocked.message)
        return
    attributes = {
        "RULE_ARN": rule["Arn"],
        "TARGET_ARN": target["Arn"],
        "ERROR_CODE": refusal.code,
        "ERROR_MESSAGE": refusal.message,
    }
    sqs = ministack("services.sqs")
    spec = ministack("core.arn").parse_arn(queue)
    ministack("services.eventbridge")._dispatch_to_sqs(spec, body)
    sqs._queue_by_arn(queue)["messages"][-1]["message_attributes"] = {
        name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
    }
