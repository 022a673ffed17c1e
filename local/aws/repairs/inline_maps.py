"""Inline Map states of the embedded Step Functions: items side by side, and one that fails."""

from __future__ import annotations

import contextvars
import copy
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any

from local.aws.repairs.history import add_event
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import (
    Iteration,
    Position,
    current_execution,
    work_for,
)
from local.aws.repairs.state_walk import run_states


class InlineMaps:
    """Repairs of inline Map states in JSONata; ministack's own runs the others.

    - The states of an item are in the history, between the events of its iteration.
    - The first item that fails ends the state at once, and aborts the items that still run.
    - A redrive goes on with the items that have failed or been aborted, each in the state that it
      stood in, and leaves those alone that have succeeded (API reference, RedriveExecution).

    Not repaired: a Map inside a Map.
    """

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        patches.wrap(ministack("services.stepfunctions"), "_run_map_items", self._run)

    def _run(self, original: Any, state: Any, data: Any, record: Any, context: Any) -> Any:
        service = ministack("services.stepfunctions")
        processor = state.get("ItemProcessor", {})
        is_inline = processor.get("ProcessorConfig", {}).get("Mode", "INLINE") == "INLINE"
        if not is_inline or service._state_query_language(state, context) != "JSONata":
            return original(state, data, record, context)
        items = service._jsonata_state_field(state, "Items", "array", data, context)
        outputs = _run_items(state, items, data, record, context)
        output = service._apply_jsonata_output(
            state, data, context, result=outputs, default=outputs
        )
        service._apply_state_assign(state, data, context, result=outputs)
        return output, service._next_or_end(state)


def _run_items(state: Any, items: list[Any], data: Any, record: Any, context: Any) -> list[Any]:
    name, parent = context["State"]["Name"], current_execution()
    parent.iterations = parent.resumes or [
        Iteration(_first_position(state, index, item, data, context))
        for index, item in enumerate(items)
    ]
    parent.resumes = []
    branch = parent.branch()
    add_event(record, "MapStateStarted", length=len(items))

    def run(index: int) -> None:
        work_for(branch)
        inner = copy.deepcopy(context) | {"Map": _map_context(index, items[index])}
        _run_item(state, name, index, parent.iterations[index], record, inner)

    due = [index for index, each in enumerate(parent.iterations) if not each.has_succeeded]
    with _Pool(state.get("MaxConcurrency") or len(items) or 1) as pool:
        futures = [pool.submit(contextvars.copy_context().run, run, index) for index in due]
        failure = _first_failure(futures)
    parent.raise_if_stopped()
    if failure is not None:
        branch.stop()
        for index, each in enumerate(parent.iterations):
            if each.is_under_way:
                add_event(record, "MapIterationAborted", name=name, index=index)
        add_event(record, "MapStateFailed")
        raise failure
    add_event(record, "MapStateSucceeded")
    return [each.output for each in parent.iterations]


class _Pool(ThreadPoolExecutor):
    """Does not wait for what is under way when it is left: an item may invoke a function."""

    def __exit__(self, *_: object) -> None:
        self.shutdown(wait=False, cancel_futures=True)


def _first_failure(futures: list[Future[None]]) -> BaseException | None:
    """Wait for all, or the first that fails; return what it failed with."""
    wait(futures, return_when=FIRST_EXCEPTION)
    return next(filter(None, (each.exception() for each in futures if each.done())), None)


def _run_item(
    state: Any, name: str, index: int, iteration: Iteration, record: Any, context: Any
) -> None:
    service = ministack("services.stepfunctions")
    execution = current_execution()
    execution.raise_if_stopped()
    add_event(record, "MapIterationStarted", name=name, index=index)
    iteration.is_under_way = True
    try:
        iteration.output = run_states(
            execution,
            state["ItemProcessor"]["States"],
            iteration.position,
            context,
            resumed=iteration.has_begun,
            stands_at=iteration.stands_at,
        )
    except service._ExecutionError:
        iteration.is_under_way = False
        add_event(record, "MapIterationFailed", name=name, index=index)
        raise
    iteration.is_under_way, iteration.has_succeeded = False, True
    add_event(record, "MapIterationSucceeded", name=name, index=index)


def _first_position(state: Any, index: int, item: Any, data: Any, context: Any) -> Position:
    selector, given = state.get("ItemSelector"), item
    if selector is not None:
        inner = copy.deepcopy(context) | {"Map": _map_context(index, item)}
        given = ministack("services.stepfunctions")._apply_jsonata_template(selector, data, inner)
    return Position(state["ItemProcessor"]["StartAt"], given, context["variables"])


def _map_context(index: int, item: Any) -> dict[str, Any]:
    return {"Item": {"Index": index, "Value": item}}
