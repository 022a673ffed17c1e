"""Task tokens, where moto differs from Step Functions.

- Retries keep the token of the first try; Step Functions makes a new one (developer guide,
  connect-to-resource.html).
- The answer to a task that has ended is InvalidToken, or taken; Step Functions says TaskTimedOut.
- SendTaskFailure forgets the cause; SendTask* fails on executions that are still being parsed.
- An answer that comes while the function still runs is lost: what waits for it is made afterwards.
- A heartbeat is waited for in real seconds.
"""

from collections.abc import Callable
from typing import Any

import pytest
from moto.core.exceptions import AWSError
from moto.core.responses import EmptyResult
from moto.stepfunctions.exceptions import InvalidToken
from moto.stepfunctions.parser.asl.component.state.exec.execute_state import ExecutionState
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_callback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackEndpoint,
    CallbackOutcomeFailure,
    CallbackOutcomeSuccess,
    HeartbeatEndpoint,
    HeartbeatTimedOut,
)
from moto.stepfunctions.responses import StepFunctionResponse

CallbackState = state_task_service_callback.StateTaskServiceCallback


class TaskTimedOut(AWSError):  # type: ignore[misc]
    """The task has been answered, retried or given up; moto's own error has no code."""

    TYPE = "TaskTimedOut"


class TaskTokens:
    """The task that waits for an answer, if there is one: no scenario has two."""

    def __init__(self) -> None:
        self._waiting: tuple[Any, Any] | None = None
        self._missed: list[Any] = []

    def waiting(self) -> str | None:
        """Return the token of the task that waits."""
        token: str | None = self._waiting and self._waiting[0].callback_id
        return token

    def miss_heartbeat(self) -> None:
        """Let the heartbeat of the task that waits be over."""
        assert self._waiting
        endpoint, heartbeat = self._waiting
        self._waiting = None
        self._missed.append(heartbeat)
        endpoint.report(HeartbeatTimedOut())
        heartbeat.notify()

    def waits(self, endpoint: Any, heartbeat: Any) -> None:
        """Take note of a task that waits from now on; an answer may have come before."""
        self._waiting = endpoint, heartbeat
        if endpoint.get_outcome():
            self.answered(endpoint)
            heartbeat.notify()

    def answered(self, endpoint: Any) -> None:
        """Take note of an answer."""
        if self.waiting() == endpoint.callback_id:
            self._waiting = None

    def missed(self, heartbeat: Any) -> bool:
        """Tell whether a heartbeat was missed."""
        return any(heartbeat is each for each in self._missed)


def add_task_tokens(patch: pytest.MonkeyPatch, tokens: TaskTokens) -> None:
    """Make moto's task tokens those of Step Functions."""
    make_heartbeat = CallbackEndpoint.setup_heartbeat_endpoint

    def make_heartbeat_for_early_answers(endpoint: Any, heartbeat_seconds: int) -> Any:
        heartbeat = make_heartbeat(endpoint, heartbeat_seconds)
        tokens.waits(endpoint, heartbeat)
        return heartbeat

    def wait(heartbeat: Any) -> bool:
        heartbeat._next_heartbeat_event.wait()
        return not tokens.missed(heartbeat)

    patch.setattr(CallbackEndpoint, "setup_heartbeat_endpoint", make_heartbeat_for_early_answers)
    patch.setattr(HeartbeatEndpoint, "clear_and_wait", wait)
    patch.setattr(CallbackState, "_evaluate_with_timeout", _try_with_a_token_of_its_own)
    succeed = _answer(tokens, CallbackOutcomeSuccess, "output")
    fail = _answer(tokens, CallbackOutcomeFailure, "error", "cause")
    patch.setattr(StepFunctionResponse, "send_task_success", succeed)
    patch.setattr(StepFunctionResponse, "send_task_failure", fail)


def _try_with_a_token_of_its_own(state: Any, env: Any) -> None:
    context = env.states.context_object
    if context.context_object_data["State"]["RetryCount"] and "Task" in context.context_object_data:
        env.callback_pool_manager.add(context.update_task_token())
    ExecutionState._evaluate_with_timeout(state, env)


def _answer(tokens: TaskTokens, outcome: Callable[..., Any], *fields: str) -> Callable[[Any], Any]:
    """Return the action that answers a task with an outcome made of fields of the request."""

    def act(response: Any) -> Any:
        token = response._get_param("taskToken")
        endpoint = _open_endpoint(response.stepfunction_backend._get_executions(), token)
        tokens.answered(endpoint)
        endpoint.notify(outcome(token, *(response._get_param(field) for field in fields)))
        return EmptyResult()

    return act


def _open_endpoint(executions: list[Any], token: str) -> Any:
    for execution in executions:
        environment = execution.exec_worker and execution.exec_worker.env
        endpoint = environment and environment.callback_pool_manager.get(token)
        if not endpoint:
            continue
        if execution.status == "RUNNING" and not (
            endpoint.get_outcome() or endpoint.consumer_error
        ):
            return endpoint
        raise TaskTimedOut("Task Timed Out: 'Provided task does not exist anymore'")
    raise InvalidToken
