"""Evaluates the fields of a Task state: limits, arguments, output, retriers and catchers."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import current_execution

_FOREVER = 99_999_999


def without_hurry(jsonata: Any) -> Any:
    """Give expressions a minute, where AWS gives a second: this machine may be a busy one."""
    make = jsonata.Jsonata.jsonata

    def patient(expression: str, timeout: int = 0) -> Any:  # noqa: ARG001 - AWS's second
        return make(expression, timeout=60_000)

    return SimpleNamespace(Jsonata=SimpleNamespace(jsonata=patient), utils=jsonata.utils)


def seconds(state: Any, name: str, data: Any, context: Any) -> float | None:
    """Evaluate a time limit in seconds: literal, path or expression; None if absent.

    Raises:
        _ExecutionError: States.Runtime, when it is not a positive number.
    """
    service = ministack("services.stepfunctions")
    if name + "Path" in state:
        value = service._resolve_path_or_ctx(state[name + "Path"], data, context)
    elif name in state:
        value = service._apply_jsonata_template(state[name], data, context)
    else:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise service._ExecutionError("States.Runtime", f"{name} is not a positive number: {value}")
    return float(value)


def task_arguments(state: Any, data: Any, context: Any) -> Any:
    """Evaluate what the task is invoked with, in the state's query language."""
    service = ministack("services.stepfunctions")
    if service._state_query_language(state, context) == "JSONata":
        return service._apply_jsonata_arguments(state, data, context)
    selected = service._apply_input_path(state, data, context)
    return service._apply_parameters(state, selected, context)


def task_output(state: Any, data: Any, context: Any, result: Any) -> Any:
    """Evaluate the state's output for a task's result, and assign its variables."""
    service = ministack("services.stepfunctions")
    if service._state_query_language(state, context) == "JSONata":
        output = service._apply_jsonata_output(state, data, context, result=result, default=result)
        service._apply_state_assign(state, data, context, result=result)
        return output
    selected = service._apply_result_selector(state, result)
    output = service._apply_result_path(state, data, selected)
    return service._apply_output_path(state, output, context)


def assign(
    state: Any, data: Any, context: Any, result: Any = None, error_output: Any = None
) -> None:
    """Assign a state's variables: each is evaluated with those of before, none sees another.

    Source: Step Functions developer guide, workflow-variables.html, "Evaluation order".
    """
    service = ministack("services.stepfunctions")
    if "Assign" not in state or service._state_query_language(state, context) != "JSONata":
        return
    assigned = service._apply_jsonata_template(
        state["Assign"], data, context, result=result, error_output=error_output
    )
    context["variables"] = {**context["variables"], **assigned}
    context["assigned"] = assigned


def in_a_scope_of_its_own(
    original: Any, states: Any, start_at: str, data: Any, record: Any, context: Any
) -> Any:
    """Run a branch, or an item of a Map, whose variables nobody outside sees.

    Source: LocalStack snapshot ``test_base_parallel_cases[BASE_SCOPE_PARALLEL]`` (2024-11-04).
    """
    return original(states, start_at, data, record, {**context, "assigned": {}})


def choose(original: Any, state: Any, data: Any, context: Any = None) -> tuple[Any, str]:
    """Take the rule that holds, or the state itself as the default's, with its Output and Assign.

    Source: LocalStack snapshot ``test_output_in_choice[CONDITION_FALSE]`` (2026-02-19).
    """
    service = ministack("services.stepfunctions")
    if service._state_query_language(state, context) != "JSONata" or "Default" not in state:
        stock: tuple[Any, str] = original(state, data, context)
        return stock
    rules = state.get("Choices", [])
    holds = service._evaluate_jsonata_choice_rule
    chosen = next((rule for rule in rules if holds(rule, data, context)), state)
    output = service._apply_jsonata_output(chosen, data, context, default=data)
    assign(chosen, data, context)
    return output, chosen.get("Next") or state["Default"]


def retried(state: Any, context: Any, attempt: Callable[[], Any]) -> Any:
    """Attempt what the state does until it succeeds, or until no retrier takes the error.

    Raises:
        _ExecutionError: of the last attempt.
    """
    service = ministack("services.stepfunctions")
    used: dict[int, int] = {}
    while True:
        context["State"]["RetryCount"] = sum(used.values())
        try:
            return attempt()
        except service._ExecutionError as error:
            retrier, index = matching_retrier(state.get("Retry", []), error.error, used)
            if retrier is None:
                raise
            used[index] = used.get(index, 0) + 1
            current_execution().sleep(retrier["IntervalSeconds"])


def catch(state: Any, data: Any, context: Any, error: Any) -> tuple[Any, str | None]:
    """Return output and next state of the catcher that takes the error; raise it if none does."""
    service = ministack("services.stepfunctions")
    catcher = service._find_matching_catcher(state.get("Catch", []), error.error)
    if catcher is None:
        raise error
    caught = {"Error": error.error, "Cause": error.cause}
    language = service._state_query_language(state, context)
    return service._apply_catcher(catcher, data, context, language, caught), catcher["Next"]


def matching_retrier(
    retriers: Any, error: str, used: dict[int, int]
) -> tuple[dict[str, Any] | None, int]:
    """Find the retrier that decides; its delay is computed: IntervalSeconds, BackoffRate 1."""
    service = ministack("services.stepfunctions")
    for index, retrier in enumerate(retriers):
        if not service._error_matches(retrier.get("ErrorEquals", []), error):
            continue
        count = used.get(index, 0)
        if count >= retrier.get("MaxAttempts", 3):
            return None, -1
        delay = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** count
        delay = min(delay, retrier.get("MaxDelaySeconds", _FOREVER))
        if retrier.get("JitterStrategy") == "FULL":
            delay = random.uniform(0, delay)  # noqa: S311 - spreads retries, keeps no secret
        return {**retrier, "IntervalSeconds": delay, "BackoffRate": 1}, index
    return None, -1
