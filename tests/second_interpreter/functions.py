"""The deployed functions: the handlers in this process, each in its own environment."""

import importlib
import json
import os
import threading
import traceback
from collections import defaultdict
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from lambdas.adapters.environment import settings

CONTEXT = SimpleNamespace(
    aws_request_id="1",
    function_name="function",
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:function",
    memory_limit_in_mb=128,
)


def throttled() -> ClientError:
    """Lambda's refusal of a call when too many run at once."""
    return ClientError(
        {
            "Error": {"Code": "TooManyRequestsException", "Message": "Rate Exceeded."},
            "ResponseMetadata": {"HTTPStatusCode": 429, "RequestId": "1"},  # type: ignore[typeddict-item]
        },
        "Invoke",
    )


def error_document(error_type: str, message: str = "signal: killed") -> dict[str, str]:
    """What Lambda answers for a function that failed, without the fields of a traceback."""
    return {"errorType": error_type, "errorMessage": message}


class Functions:
    """Invokes handlers one at a time; keeps what they were invoked with."""

    def __init__(self, environments: Mapping[str, Mapping[str, str]]) -> None:
        self._environments = environments
        self._handlers = {
            module: importlib.import_module(f"lambdas.handlers.{module}").handler
            for module in environments
        }
        self._faults: dict[str, list[ClientError | dict[str, str]]] = defaultdict(list)
        self._one_at_a_time = threading.Lock()
        self.payloads: dict[str, list[Any]] = defaultdict(list)
        """What the state machine invoked each module with, oldest first."""

    def fail(self, module: str, *faults: ClientError | dict[str, str]) -> None:
        """Let the next invocations fail instead: refused by Lambda, or with an error document."""
        self._faults[module] += faults

    def variable(self, module: str, name: str) -> str:
        """Return a variable of a function's environment."""
        return self._environments[module][name]

    def call(self, module: str, event: Any) -> Any:
        """Run a handler on an event as it arrives, and return its result as JSON has it."""
        with self._one_at_a_time, patch.dict(os.environ, self._environments[module]):
            settings.cache_clear()
            result = self._handlers[module](json.loads(json.dumps(event)), CONTEXT)
            return json.loads(json.dumps(result))

    def invoke(self, module: str, payload: bytes) -> dict[str, Any]:
        """Answer the state machine's ``Invoke``, in the shape of Lambda's own answer."""
        event = json.loads(payload)
        self.payloads[module].append(event)
        answer = {"StatusCode": 200, "ExecutedVersion": "$LATEST"}
        if self._faults[module]:
            fault = self._faults[module].pop(0)
            if isinstance(fault, ClientError):
                raise fault
            return {**answer, "FunctionError": "Unhandled", "Payload": fault}
        try:
            return {**answer, "Payload": self.call(module, event)}
        except Exception as error:  # noqa: BLE001 - Lambda reports whatever a handler raises
            document = error_document(type(error).__name__, str(error))
            trace = traceback.format_tb(error.__traceback__)
            return {
                **answer,
                "FunctionError": "Unhandled",
                "Payload": {**document, "requestId": "1", "stackTrace": trace},
            }
