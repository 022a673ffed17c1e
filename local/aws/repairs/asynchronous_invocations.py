"""Lambda's asynchronous invocations on the embedded AWS: their retries, and their end with it."""

from __future__ import annotations

import contextvars
import threading
from typing import Any

from local.aws.clock import Clock
from local.aws.repairs.patching import Patches, ministack

# Lambda developer guide, "How Lambda handles errors and retries with asynchronous invocation":
# two more tries by default, a minute after the first and two after the second.
_RETRIES = 2
_RETRY_SECONDS = (60, 120)
_STOP_SECONDS = 30


class AsynchronousInvocations:
    """Invokes a function, retries it on AWS's schedule, and routes what failed for good.

    Stock ministack leaves the threads of failed invocations behind: they would go on in the next
    embedded AWS of the process, against functions of the same names.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._stopped = threading.Event()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        functions = ministack("services.lambda_svc")
        patches.replace(functions, "invoke_async_with_retry", self._invoke)

    def stop(self) -> None:
        """Wait for the invocations under way; none of them is retried any more."""
        self._stopped.set()
        with self._lock:
            threads = list(self._threads)
        for thread in threads:
            thread.join(_STOP_SECONDS)

    def _invoke(self, function: dict[str, Any], event: Any) -> None:
        context = contextvars.copy_context()
        thread = threading.Thread(
            target=context.run, args=(self._run, function, event), daemon=True
        )
        with self._lock:
            if self._stopped.is_set():
                return
            self._threads.add(thread)
        thread.start()

    def _run(self, function: dict[str, Any], event: Any) -> None:
        try:
            self._try(function, event)
        finally:
            with self._lock:
                self._threads.discard(threading.current_thread())

    def _try(self, function: dict[str, Any], event: Any) -> None:
        service = ministack("services.lambda_svc")
        config = function.get("config") or function
        account, region = service._account_region_from_function_config(config)
        service._request_account_id.set(account)
        service._request_region.set(region)
        settings = function.get("event_invoke_config") or {}
        retries = settings.get("MaximumRetryAttempts", _RETRIES)
        result: dict[str, Any] = {}
        for wait in (0, *_RETRY_SECONDS[:retries]):
            if self._stopped.wait(self._clock.real(wait)) or self._stopped.is_set():
                return
            result = service._execute_function(function, event)
            if not result.get("error"):
                return
        target = _failure_target(config, settings)
        if target and not self._stopped.is_set():
            service._route_async_failure(target, config["FunctionName"], event, result)


def _failure_target(config: dict[str, Any], settings: dict[str, Any]) -> str:
    on_failure = settings.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    return on_failure or (config.get("DeadLetterConfig") or {}).get("TargetArn") or ""
