"""Task states of the embedded Step Functions: invoking, waiting for the callback, retrying."""

from __future__ import annotations

import json
import time
from typing import Any

from local.aws.repairs.authorization import Authorizer, denial, service_may_assume, session_arn
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import ExecutionStopped, current_execution
from local.aws.repairs.state_fields import (
    catch,
    matching_retrier,
    seconds,
    task_arguments,
    task_output,
)
from local.aws.repairs.task_tokens import TaskTokens, WaitingTask

_INVOKE = "arn:aws:states:::lambda:invoke"
_CALLBACK = ".waitForTaskToken"
_TIMEOUTS = ("States.Timeout", "States.HeartbeatTimeout")


class TaskStates:
    """Repairs of Task states.

    - A callback task whose function fails, fails at once; ``HeartbeatSeconds`` and
      ``TimeoutSeconds`` are kept, also as expressions or paths; each attempt has its own token.
    - The time limits of a callback start when the function has returned: a function works at this
      machine's speed and not at the clock's. ``TimeoutSeconds`` of other tasks is not shortened.
    - ``MaxDelaySeconds`` and ``JitterStrategy`` of retriers are kept; waiting ends with the
      execution.
    - The state machine's role must be assumable by Step Functions and allow the invocation.

    Integrations other than Lambda are refused, since nothing would check their permissions.
    """

    def __init__(self, tokens: TaskTokens, authorizer: Authorizer) -> None:
        self._tokens = tokens
        self._authorizer = authorizer

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service = ministack("services.stepfunctions")
        patches.replace(service, "_execute_task", self._execute)
        patches.replace(service, "_find_matching_retrier", matching_retrier)
        patches.replace(
            service, "_scaled_sleep", lambda seconds: current_execution().sleep(seconds)
        )
        patches.wrap(service, "_call_lambda", self._invoke_as_role)

    def _execute(self, state: Any, data: Any, record: Any, context: Any) -> tuple[Any, str | None]:
        service = ministack("services.stepfunctions")
        used: dict[int, int] = {}
        while True:
            context["State"]["RetryCount"] = sum(used.values())
            try:
                return self._attempt(state, data, record, context), service._next_or_end(state)
            except service._ExecutionError as error:
                retrier, index = matching_retrier(state.get("Retry", []), error.error, used)
                if retrier is None:
                    return catch(state, data, context, error)
                used[index] = used.get(index, 0) + 1
                current_execution().sleep(retrier["IntervalSeconds"])

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
            _history(record, "TaskScheduled", resource, parameters=json.dumps(arguments))
            result = self._invoke(resource, arguments, limits, waiting)
            current_execution().raise_if_stopped()
            _history(record, "TaskSucceeded", resource, output=json.dumps(result))
            return task_output(state, data, context, result)
        except service._ExecutionError as error:
            current_execution().raise_if_stopped()
            event = "TaskTimedOut" if error.error in _TIMEOUTS else "TaskFailed"
            _history(record, event, resource, error=error.error, cause=error.cause)
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
        self, resource: str, arguments: Any, limits: dict[str, float], waiting: WaitingTask | None
    ) -> Any:
        service = ministack("services.stepfunctions")
        record = current_execution().record
        _history(record, "TaskStarted", resource)
        if waiting is None:
            return service._invoke_resource_with_timeout(
                resource, arguments, limits["TimeoutSeconds"]
            )
        try:
            handed_over = service._invoke_resource(resource.removesuffix(_CALLBACK), arguments)
        except service._ExecutionError:
            with waiting.condition:
                self._tokens.close(waiting)
                if not waiting.answered:
                    raise
        else:
            _history(record, "TaskSubmitted", resource, output=json.dumps(handed_over))
        return self._await(waiting, limits)

    def _await(self, waiting: WaitingTask, limits: dict[str, float]) -> Any:
        service, execution = ministack("services.stepfunctions"), current_execution()
        started = waiting.heartbeat_at = time.monotonic()
        with waiting.condition:
            while not waiting.answered:
                deadline, error = min(
                    (started + execution.clock.real(limits["TimeoutSeconds"]), _TIMEOUTS[0]),
                    (
                        waiting.heartbeat_at + execution.clock.real(limits["HeartbeatSeconds"]),
                        _TIMEOUTS[1],
                    ),
                )
                remaining = deadline - time.monotonic()
                if execution.stopped or remaining <= 0:
                    self._tokens.close(waiting)
                    raise (
                        ExecutionStopped
                        if execution.stopped
                        else service._ExecutionError(error, "")
                    )
                waiting.condition.wait(min(remaining, 3600))
        if waiting.error is not None:
            raise service._ExecutionError(*waiting.error)
        return waiting.output

    def _invoke_as_role(self, original: Any, reference: str, event: Any) -> Any:
        service, execution = ministack("services.stepfunctions"), current_execution()
        role = service._state_machines[execution.state_machine]["roleArn"]
        session = execution.record["name"]
        if not service_may_assume("states.amazonaws.com", role, execution.state_machine):
            raise service._ExecutionError(
                "States.Runtime", f"Step Functions cannot assume the state machine's role {role}"
            )
        _function, config, name = ministack("services.lambda_svc")._get_func_record_for_ref(
            reference
        )
        arn = reference if ":" in reference else (config or {}).get("FunctionArn", name)
        if not self._authorizer.role_allows(role, session, "lambda:InvokeFunction", arn):
            refused = denial(session_arn(role, session), "lambda:InvokeFunction", arn)
            raise service._ExecutionError(
                "Lambda.AWSLambdaException", f"{refused} (Service: Lambda, Status Code: 403)"
            )
        return original(reference, event)


def _is_lambda(resource: str) -> bool:
    return resource.removesuffix(_CALLBACK) == _INVOKE or ":function:" in resource


def _history(record: Any, event: str, resource: str, **details: Any) -> None:
    name = event[0].lower() + event[1:] + "EventDetails"
    action = resource.removeprefix("arn:aws:states:::lambda:")
    ministack("services.stepfunctions")._add_event(
        record, event, {name: {"resourceType": "lambda", "resource": action, **details}}
    )
