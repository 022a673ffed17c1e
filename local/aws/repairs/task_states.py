"""Task states of the embedded Step Functions: invoking, waiting for the callback, retrying."""

from __future__ import annotations

import math
import time
from typing import Any

from local.aws.repairs.history import add_event, json_text
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import current_execution
from local.aws.repairs.state_fields import (
    catch,
    matching_retrier,
    retried,
    seconds,
    task_arguments,
    task_output,
)
from local.aws.repairs.state_walk import check_size
from local.aws.repairs.task_tokens import TaskTokens, WaitingTask

_INVOKE = "arn:aws:states:::lambda:invoke"
_CALLBACK = ".waitForTaskToken"
_TIMEOUT = "States.Timeout"

Limits = dict[str, float | None]


class TaskStates:
    """Repairs of Task states.

    - A missed heartbeat is ``States.Timeout`` without a cause, as any other time-out (LocalStack
      snapshots ``test_heartbeat_timeout``, 2024-04-18, and ``test_invoke_timeout``, 2024-11-28).
    - A callback task whose function fails, fails at once; ``HeartbeatSeconds`` and
      ``TimeoutSeconds`` are kept, also as expressions or paths; each attempt has its own token.
    - The time limits of a callback start when the function has returned: a function works at this
      machine's speed and not at the clock's. ``TimeoutSeconds`` of other tasks is not shortened.
    - ``MaxDelaySeconds`` and ``JitterStrategy`` of retriers are kept; waiting ends with the
      execution.

    Integrations other than Lambda are refused, since nothing would check their permissions.
    """

    def __init__(self, tokens: TaskTokens) -> None:
        self._tokens = tokens

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service = ministack("services.stepfunctions")
        patches.replace(service, "_execute_task", self._execute)
        patches.replace(service, "_find_matching_retrier", matching_retrier)
        patches.replace(
            service, "_scaled_sleep", lambda seconds: current_execution().sleep(seconds)
        )

    def _execute(self, state: Any, data: Any, record: Any, context: Any) -> tuple[Any, str | None]:
        service = ministack("services.stepfunctions")
        try:
            output = retried(state, context, lambda: self._attempt(state, data, record, context))
        except service._ExecutionError as error:
            return catch(state, data, context, error)
        return output, service._next_or_end(state)

    def _attempt(self, state: Any, data: Any, record: Any, context: Any) -> Any:
        service = ministack("services.stepfunctions")
        resource = state["Resource"]
        if not _is_lambda(resource):
            raise service._ExecutionError(
                "States.Runtime", f"the embedded AWS runs only Lambda tasks, found {resource}"
            )
        limits = {
            name: seconds(state, name, data, context)
            for name in ("TimeoutSeconds", "HeartbeatSeconds")
        }
        waiting = self._open_token(resource, context)
        try:
            arguments = task_arguments(state, data, context)
            _task_event(
                record,
                "TaskScheduled",
                resource,
                parameters=json_text(arguments),
                region=ministack("core.responses").get_region(),
                timeoutInSeconds=limits["TimeoutSeconds"],
                heartbeatInSeconds=limits["HeartbeatSeconds"],
            )
            result = self._invoke(resource, arguments, limits, waiting)
            current_execution().raise_if_stopped()
            check_size(result, "lambda")
            _task_event(record, "TaskSucceeded", resource, output=json_text(result))
            return task_output(state, data, context, result)
        except service._ExecutionError as error:
            current_execution().raise_if_stopped()
            event = "TaskTimedOut" if error.error == _TIMEOUT else "TaskFailed"
            _task_event(record, event, resource, error=error.error, cause=error.cause)
            raise
        finally:
            if waiting is not None:
                self._tokens.close(waiting)

    def _open_token(self, resource: str, context: Any) -> WaitingTask | None:
        if not resource.endswith(_CALLBACK):
            return None
        execution = current_execution()
        waiting = self._tokens.open(
            execution.state_machine, execution.condition, lambda: not execution.stopped
        )
        context["Task"] = {"Token": waiting.token}
        return waiting

    def _invoke(
        self, resource: str, arguments: Any, limits: Limits, waiting: WaitingTask | None
    ) -> Any:
        service = ministack("services.stepfunctions")
        record = current_execution().record
        _task_event(record, "TaskStarted", resource)
        if waiting is None:
            return _invoke_within(limits["TimeoutSeconds"], resource, arguments)
        try:
            handed_over = service._invoke_resource(resource.removesuffix(_CALLBACK), arguments)
        except service._ExecutionError:
            with waiting.condition:
                self._tokens.close(waiting)
                if not waiting.answered:
                    raise
        else:
            _task_event(record, "TaskSubmitted", resource, output=json_text(handed_over))
        return self._await(waiting, limits)

    def _await(self, waiting: WaitingTask, limits: Limits) -> Any:
        service, execution = ministack("services.stepfunctions"), current_execution()
        longest, heartbeat = (
            execution.clock.real(limits[name] or math.inf)
            for name in ("TimeoutSeconds", "HeartbeatSeconds")
        )
        started = waiting.heartbeat_at = time.monotonic()
        with waiting.condition:
            while not waiting.answered:
                deadline = min(started + longest, waiting.heartbeat_at + heartbeat)
                remaining = deadline - time.monotonic()
                if execution.stopped or remaining <= 0:
                    self._tokens.close(waiting)
                    execution.raise_if_stopped()
                    raise service._ExecutionError(_TIMEOUT, "")
                waiting.condition.wait(min(remaining, 3600))
        if waiting.error is not None:
            raise service._ExecutionError(*waiting.error)
        return waiting.output


def _invoke_within(limit: float | None, resource: str, arguments: Any) -> Any:
    service = ministack("services.stepfunctions")
    try:
        return service._invoke_resource_with_timeout(resource, arguments, limit)
    except service._ExecutionError as error:
        if error.error == _TIMEOUT:
            error.cause = ""
        raise


def _is_lambda(resource: str) -> bool:
    return resource.removesuffix(_CALLBACK) == _INVOKE or ":function:" in resource


def _task_event(record: Any, event: str, resource: str, **details: Any) -> None:
    action = resource.removeprefix("arn:aws:states:::lambda:")
    add_event(record, event, resourceType="lambda", resource=action, **details)
