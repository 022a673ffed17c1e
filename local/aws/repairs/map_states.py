"""Inline Map states of the embedded Step Functions: one iteration for each item, side by side."""

from __future__ import annotations

import contextvars
import threading
from collections import deque
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from local.aws.repairs.history import add_event, begin_chain, current_chain, json_text
from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import (
    Execution,
    ExecutionStopped,
    current_execution,
    work_for,
)
from local.aws.repairs.state_fields import catch, retried, task_output
from local.aws.repairs.state_walk import walk_states

_MOST_AT_ONCE = 40
"""Developer guide, state-map-inline.html: "up to 40 concurrent iterations"."""


def execute_map(
    original: Any, state: Any, data: Any, record: Any, context: Any
) -> tuple[Any, str | None]:
    """Run an inline Map in JSONata; leave any other to ministack.

    - Its events are those of LocalStack's snapshots ``test_map_state_item_selector`` (2025-03-03),
      ``test_map_state_catch`` and ``test_map_state_retry`` (2023-07-18) and
      ``test_service_lambda_map_timeout`` (test_timeouts).
    - An iteration that fails ends the others. A function that one of them waits for goes on, and
      its answer is not heard.
    - A redrive goes on with the iterations that failed or were aborted, each where it stands (API
      reference, RedriveExecution).

    Not repaired: the event EvaluationFailed, and Map states in JSONPath.
    """
    service = ministack("services.stepfunctions")
    processor = state.get("ItemProcessor", {})
    is_inline = processor.get("ProcessorConfig", {}).get("Mode", "INLINE") == "INLINE"
    if not is_inline or service._state_query_language(state, context) != "JSONata":
        stock: tuple[Any, str | None] = original(state, data, record, context)
        return stock
    try:
        output = retried(state, context, lambda: _attempt(state, data, context))
    except service._ExecutionError as error:
        add_event(record, "MapStateFailed")
        return catch(state, data, context, error)
    return output, service._next_or_end(state)


def _attempt(state: Any, data: Any, context: Any) -> Any:
    service, execution = ministack("services.stepfunctions"), current_execution()
    if context["State"]["RetryCount"]:
        _iterations(execution).clear()
    items = _items(state, data, context)
    at_once = _MOST_AT_ONCE
    if "MaxConcurrency" in state:
        wanted = service._jsonata_state_field(state, "MaxConcurrency", "number", data, context)
        at_once = min(wanted or _MOST_AT_ONCE, _MOST_AT_ONCE)
    if not _iterations(execution):
        add_event(execution.record, "MapStateStarted", length=len(items))
    results = _InlineMap(state, data, context, items).run(at_once)
    add_event(execution.record, "MapStateSucceeded")
    return task_output(state, data, context, results)


def _items(state: Any, data: Any, context: Any) -> list[Any]:
    """Evaluate what to iterate over; without ``Items`` it is the state's input.

    Cause after LocalStack's snapshot ``test_map_state_items_input_types`` (2024-11-19).
    """
    service = ministack("services.stepfunctions")
    if "Items" in state:
        items: list[Any] = service._jsonata_state_field(state, "Items", "array", data, context)
        return items
    if not isinstance(data, list):
        raise service._ExecutionError(
            "States.QueryEvaluationError",
            f"An error occurred while executing the state '{context['State']['Name']}'. Map state "
            f"input must be an array but was: {json_text(data)}",
        )
    return data


def _iterations(execution: Execution) -> dict[int, Execution]:
    if execution.position is None:
        raise RuntimeError("an execution that is in no state runs a Map")
    return execution.position.iterations


@dataclass(frozen=True, slots=True)
class _Ended:
    """An iteration that has ended, with the id of its last event."""

    index: int
    event: int
    problem: Exception | None


class _InlineMap:
    """The iterations of one attempt."""

    def __init__(self, state: Any, data: Any, context: Any, items: list[Any]) -> None:
        self._state, self._data, self._context, self._items = state, data, context, items
        self._execution = current_execution()
        self._iterations = _iterations(self._execution)
        self._ended: SimpleQueue[_Ended] = SimpleQueue()
        self._waiting = deque(
            index
            for index in range(len(items))
            if index not in self._iterations or self._iterations[index].result is None
        )

    def run(self, at_once: int) -> list[Any]:
        """Run what has not succeeded yet, so many at a time; return all outputs in order."""
        count, chain = len(self._waiting), current_chain()
        first = [self._waiting.popleft() for _ in range(min(at_once, count))]
        contexts = [contextvars.copy_context() for _ in first]
        for each, index in zip(contexts, first, strict=True):
            each.run(begin_chain, chain.last)
            each.run(self._start, index)
        for each, index in zip(contexts, first, strict=True):
            threading.Thread(target=each.run, args=(self._work, index), daemon=True).start()
        for _ in range(count):
            ended = self._ended.get()
            chain.last = ended.event
            if ended.problem is not None:
                self._give_up(ended, ended.problem)
        return [
            iteration.result[0]
            for _, iteration in sorted(self._iterations.items())
            if iteration.result is not None
        ]

    def _start(self, index: int) -> None:
        before = self._iterations.get(index)
        self._iterations[index] = self._execution.iteration(before.position if before else None)
        self._event("MapIterationStarted", index)

    def _work(self, index: int) -> None:
        """Run iterations one after the other, as long as there are any."""
        while True:
            ended = self._iterate(index)
            self._ended.put(ended)
            if ended.problem is not None:
                return
            try:
                index = self._waiting.popleft()
            except IndexError:
                return
            self._start(index)

    def _iterate(self, index: int) -> _Ended:
        iteration = self._iterations[index]
        work_for(iteration)
        item = {"Index": index, "Value": self._items[index]}
        context = {**self._context, "Map": {"Item": item}}
        try:
            given = self._input(context)
            iteration.result = (
                walk_states(iteration, self._state["ItemProcessor"], given, context),
            )
        except Exception as problem:  # noqa: BLE001 - the state's own thread raises it again
            return _Ended(index, current_chain().last, problem)
        return _Ended(index, self._event("MapIterationSucceeded", index), None)

    def _input(self, context: Any) -> Any:
        selector = self._state.get("ItemSelector")
        if selector is None:
            return context["Map"]["Item"]["Value"]
        service = ministack("services.stepfunctions")
        return service._apply_jsonata_template(selector, self._data, context)

    def _give_up(self, ended: _Ended, problem: Exception) -> None:
        """End what still runs, and raise the problem."""
        self._waiting.clear()
        running = {
            index: each
            for index, each in self._iterations.items()
            if each.result is None and index != ended.index
        }
        for iteration in running.values():
            iteration.stop()
        if not isinstance(problem, ExecutionStopped):
            self._event("MapIterationFailed", ended.index)
            self._task_aborted(ended.index)
            for index in running:
                self._event("MapIterationAborted", index)
                self._task_aborted(index)
        raise problem

    def _task_aborted(self, index: int) -> None:
        position = self._iterations[index].position
        if position is None:
            return
        if self._state["ItemProcessor"]["States"][position.state]["Type"] == "Task":
            add_event(self._execution.record, "TaskStateAborted")

    def _event(self, kind: str, index: int) -> int:
        name = self._context["State"]["Name"]
        return add_event(self._execution.record, kind, name=name, index=index)
