"""Step Functions' task tokens: who waits on which token, and what SendTask* answers."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.aws.repairs.patching import Patches, ministack

# API model: output at most 262,144 bytes of UTF-8, error 256 characters, cause 32,768.
_MAX_OUTPUT, _MAX_ERROR, _MAX_CAUSE = 262_144, 256, 32_768
_TOKEN_BYTES = 600


@dataclass(slots=True)
class WaitingTask:
    """A callback task that waits for its token; ``condition`` guards it and is told of changes."""

    token: str
    state_machine: str
    condition: threading.Condition
    is_wanted: Callable[[], bool]
    """Whether the execution still runs: one that was stopped takes no answer any more."""
    heartbeat_at: float = field(default_factory=time.monotonic)
    answered: bool = False
    output: Any = None
    error: tuple[str | None, str | None] | None = None


class TaskTokens:
    """All tokens issued since the start.

    A token can be answered once, while its task waits. An answer to a closed task is refused with
    ``TaskTimedOut``, one to a token that was never issued with ``InvalidToken``.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, WaitingTask] = {}
        self._issued: dict[str, str] = {}

    def install(self, patches: Patches) -> None:
        """Answer SendTaskSuccess, SendTaskFailure and SendTaskHeartbeat from this table."""
        service = ministack("services.stepfunctions")
        patches.wrap(service, "_send_task_success", self._succeed)
        patches.wrap(service, "_send_task_failure", self._fail)
        patches.wrap(service, "_send_task_heartbeat", self._heartbeat)

    def open(
        self,
        state_machine: str,
        condition: threading.Condition,
        is_wanted: Callable[[], bool],
    ) -> WaitingTask:
        """Issue a fresh token, about as long as AWS's and with their characters."""
        token = "AQCk" + base64.b64encode(secrets.token_bytes(_TOKEN_BYTES)).decode()
        task = WaitingTask(token, state_machine, condition, is_wanted)
        self._issued[token] = state_machine
        self._waiting[token] = task
        return task

    def close(self, task: WaitingTask) -> None:
        """End a task: from now on its token is too late."""
        self._waiting.pop(task.token, None)

    def state_machine_of(self, token: str | None) -> str | None:
        """Return the ARN of the state machine that issued a token, which IAM checks."""
        return self._issued.get(token or "")

    def _succeed(self, _original: Any, request: dict[str, Any]) -> Any:
        output = request.get("output", "")
        if len(output.encode(errors="surrogatepass")) > _MAX_OUTPUT:
            return _error("ValidationException", f"output is longer than {_MAX_OUTPUT} bytes")
        try:
            parsed = json.loads(output)
        except ValueError as reason:
            return _error("InvalidOutput", f"Invalid Output: '{reason}'")
        return self._settle(request, output=parsed)

    def _fail(self, _original: Any, request: dict[str, Any]) -> Any:
        error, cause = request.get("error"), request.get("cause")
        if len(error or "") > _MAX_ERROR or len(cause or "") > _MAX_CAUSE:
            return _error(
                "ValidationException",
                f"error is limited to {_MAX_ERROR}, cause to {_MAX_CAUSE} characters",
            )
        return self._settle(request, error=(error, cause))

    def _settle(self, request: dict[str, Any], **answer: Any) -> Any:
        task, refusal = self._find(request)
        if task is None:
            return refusal
        with task.condition:
            if task.answered or not task.is_wanted() or task.token not in self._waiting:
                return _too_late()
            task.answered = True
            for name, value in answer.items():
                setattr(task, name, value)
            self.close(task)
            task.condition.notify_all()
        return ministack("core.responses").json_response({})

    def _heartbeat(self, _original: Any, request: dict[str, Any]) -> Any:
        task, refusal = self._find(request)
        if task is None:
            return refusal
        with task.condition:
            task.heartbeat_at = time.monotonic()
            task.condition.notify_all()
        return ministack("core.responses").json_response({})

    def _find(self, request: dict[str, Any]) -> tuple[WaitingTask | None, Any]:
        token = request.get("taskToken") or ""
        if token in self._waiting:
            return self._waiting[token], None
        if token in self._issued:
            return None, _too_late()
        return None, _error("InvalidToken", "Invalid Token: 'Invalid token'")


def _too_late() -> Any:
    return _error("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")


def _error(code: str, message: str) -> Any:
    return ministack("core.responses").error_response_json(code, message, 400)
