"""CloudFormation's functions on the embedded AWS: what ministack leaves out of a template."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.aws.repairs.patching import Patches, ministack, require

_FUNCTION = "AWS::Lambda::Function"


class LambdaTemplateRepairs:
    """Gives a function of a template its dead-letter queue.

    Without it, an event that the function fails on is retried and then lost without a word.
    """

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        handlers = ministack("services.cloudformation.provisioners")._RESOURCE_HANDLERS
        stock = handlers.get(_FUNCTION, {})
        require({"create", "update"} <= stock.keys(), f"provisioners.{_FUNCTION}")
        repaired = {
            **stock,
            "create": _with_dead_letters(stock["create"], properties_at=1),
            "update": _with_dead_letters(stock["update"], properties_at=2),
        }
        patches.put(handlers, _FUNCTION, repaired)


def _with_dead_letters(provision: Callable[..., Any], properties_at: int) -> Callable[..., Any]:
    """Wrap a provisioner, whose positional arguments hold the new properties at that place."""

    def provisioned(*args: Any, **named: Any) -> Any:
        result = provision(*args, **named)
        config = ministack("services.lambda_svc")._functions[result[0]]["config"]
        config["DeadLetterConfig"] = args[properties_at].get("DeadLetterConfig") or {}
        return result

    return provisioned
