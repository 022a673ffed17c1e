"""Evaluates the fields of a Task state: limits, arguments, output, retriers and catchers."""

from __future__ import annotations

import random
from typing import Any

from local.aws.repairs.patching import ministack

_FOREVER = 99_999_999


def seconds(state: Any, name: str, data: Any, context: Any) -> float:
    """Evaluate a time limit in seconds: literal, path or expression; practically none if absent.

    Raises:
        _ExecutionError: States.Runtime, when it is not a positive number.
    """
    service = ministack("services.stepfunctions")
    if name + "Path" in state:
        value = service._resolve_path_or_ctx(state[name + "Path"], data, context)
    else:
        value = service._apply_jsonata_template(state.get(name, _FOREVER), data, context)
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
