"""Faults of AWS's APIs: calls that are refused or held for a while, callers that die in a call."""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from local.aws.repairs.patching import Patches, ministack

Handler = Callable[..., Awaitable[Any]]


class HeldCall:
    """A call that waits, before it has any effect, until it is released."""

    def __init__(self) -> None:
        self._arrived, self._released = threading.Event(), threading.Event()

    @property
    def has_arrived(self) -> bool:
        """Whether somebody has made the call."""
        return self._arrived.is_set()

    def release(self) -> None:
        """Let the call have its effect, also if it is yet to come."""
        self._released.set()

    async def wait(self) -> None:
        """Wait in the call's place."""
        self._arrived.set()
        await asyncio.to_thread(self._released.wait)


@dataclass(slots=True)
class _Fault:
    service: str
    action: str
    caller: str
    times: int
    error: tuple[str, str, int] | None = None
    kills: Literal["before", "after"] | None = None
    held: HeldCall | None = None


class ApiFaults:
    """Makes chosen API calls of functions and jobs fail or wait; never the administrator's.

    ``caller`` narrows a fault to principals whose ARN contains it, such as a function's name.
    """

    def __init__(self) -> None:
        self._faults: list[_Fault] = []
        self._lock = threading.Lock()

    def install(self, patches: Patches) -> None:
        """Put the faults in front of every service."""
        handlers = ministack("app").SERVICE_HANDLERS
        for service, handler in list(handlers.items()):
            patches.put(handlers, service, self._faulty(service, handler))

    def refuse(
        self,
        service: str,
        action: str,
        code: str,
        *,
        message: str = "injected fault",
        status: int = 400,
        times: int = 1,
        caller: str = "",
    ) -> None:
        """Answer the next ``times`` calls of an action ("s3", "PutObject") with an error."""
        self._add(_Fault(service, action, caller, times, error=(code, message, status)))

    def kill_caller(
        self,
        service: str,
        action: str,
        *,
        when: Literal["before", "after"],
        times: int = 1,
        caller: str = "",
    ) -> None:
        """Kill the function that makes the next call.

        "before": the call has no effect; "after": it has, but the function never sees the answer.
        """
        self._add(_Fault(service, action, caller, times, kills=when))

    def hold(self, service: str, action: str, *, caller: str = "") -> HeldCall:
        """Keep the next call waiting until what is returned is released."""
        held = HeldCall()
        self._add(_Fault(service, action, caller, times=1, held=held))
        return held

    def clear(self) -> None:
        """Forget all faults that are left, and release the calls that are held."""
        with self._lock:
            for fault in self._faults:
                if fault.held:
                    fault.held.release()
            self._faults.clear()

    def _add(self, fault: _Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def _faulty(self, service: str, handler: Handler) -> Handler:
        async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            if not self._faults:
                return await handler(method, path, headers, body, query)
            principal = ministack("core.iam_evaluator").caller_arn()
            fault = self._matching(service, principal, (method, path, headers, body, query))
            if fault is not None and fault.held:
                await fault.held.wait()
            if fault is None or fault.held:
                return await handler(method, path, headers, body, query)
            if fault.kills == "before":
                _kill(principal)
            if fault.kills != "after":
                return _error_answer(service, fault, headers)
            answer = await handler(method, path, headers, body, query)
            _kill(principal)
            return answer

        return handle

    def _matching(self, service: str, principal: str, request: tuple[Any, ...]) -> _Fault | None:
        if ":assumed-role/" not in principal:
            return None
        method, path, headers, body, query = request
        params = ministack("app")._routing_params(method, path, headers, body, query)
        action = ministack("core.iam_actions").extract_iam_action(
            service, method, path, headers, body, params
        )
        with self._lock:
            for fault in self._faults:
                wanted = (fault.service, f"{fault.service}:{fault.action}")
                if fault.times > 0 and wanted == (service, action) and fault.caller in principal:
                    fault.times -= 1
                    return fault
        return None


def _error_answer(service: str, fault: _Fault, headers: Any) -> Any:
    code, message, status = fault.error or ("InternalFailure", "", 500)
    _status, answer_headers, body = ministack("core.iam_actions").access_denied_response(
        service,
        fault.action,
        "",
        str(uuid.uuid4()),
        error_code=code,
        message=message,
        headers=headers,
    )
    return status, answer_headers, body


def _kill(principal: str) -> None:
    """Kill the busy workers of the function whose session this is."""
    function = principal.rsplit("/", 1)[-1]
    runtime = ministack("core.lambda_runtime")
    with runtime._lock:
        busy = [
            worker
            for key, workers in runtime._workers.items()
            for worker in workers
            if key.split(":")[2] == function and worker.in_use
        ]
    for worker in busy:
        worker._proc.kill()
