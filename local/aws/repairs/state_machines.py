"""Step Functions on the embedded AWS: starting, running, stopping and redriving executions."""

from __future__ import annotations

import contextvars
import json
import logging
import threading
from typing import Any

from local.aws.clock import Clock
from local.aws.repairs.execution_api import REDRIVABLE, ExecutionApi, no_such_execution, refusal
from local.aws.repairs.execution_logs import log_event
from local.aws.repairs.history import HistoryRepairs, add_event_to, json_text
from local.aws.repairs.map_states import execute_map
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import Execution, ExecutionStopped, work_for
from local.aws.repairs.state_fields import assign, choose, in_a_scope_of_its_own, without_hurry
from local.aws.repairs.state_walk import walk

_log = logging.getLogger(__name__)


class StateMachines:
    """Repairs of executions.

    - Stopping ends what the execution waits for; a state machine's ``TimeoutSeconds`` ends it as
      TIMED_OUT; a state whose data exceeds 256 KiB in UTF-8 fails with
      ``States.DataLimitExceeded``.
    - Redrive resumes at the state that the execution stood at, with the input and the variables it
      had there, with fresh retries and ``$states.context.Execution.RedriveCount`` counted up.
    - A failed execution has no output. History events are complete, and logged where the state
      machine says so.
    - An inline Map has its iterations' states in the history; see ``map_states``.
    - ``Assign`` sees the variables as they were when the state was entered, and stays within the
      branch of a Parallel or Map.

    Not repaired: the 25,000 event and 14 day limits, Express workflows other than the children of a
    Map Run, X-Ray, ``Assign`` in JSONPath states.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._executions: dict[str, Execution] = {}
        self._history = HistoryRepairs(self._log_event)

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service, app = ministack("services.stepfunctions"), ministack("app")
        patches.wrap(service, "_stop_execution", self._stop)
        ExecutionApi(self._executions).install(patches)
        self._history.install(patches)
        patches.replace(service, "jsonata", without_hurry(service.jsonata))
        patches.replace(service, "_apply_state_assign", assign)
        patches.wrap(service, "_execute_choice", choose)
        patches.wrap(service, "_run_sub_machine", in_a_scope_of_its_own)
        patches.wrap(service, "_execute_map", execute_map)
        patches.replace(service, "_run_execution", self._run_new)
        handler = app.SERVICE_HANDLERS["states"]
        patches.put(app.SERVICE_HANDLERS, "states", self._with_redrive(handler))

    def stop_all(self) -> None:
        """Wake every execution that still runs, so that its thread ends."""
        for execution in self._executions.values():
            execution.stop()

    def _stop(self, original: Any, request: dict[str, Any]) -> Any:
        answer = original(request)
        execution = self._executions.get(request.get("executionArn", ""))
        if execution is not None and execution.record["status"] == "ABORTED":
            execution.stop()
        return answer

    def _with_redrive(self, handler: Any) -> Any:
        service = ministack("services.stepfunctions")

        async def handle(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
            if headers.get("x-amz-target", "").endswith(".RedriveExecution"):
                return service._finalize_response(self._redrive(json.loads(body)))
            return await handler(method, path, headers, body, query)

        return handle

    def _redrive(self, request: dict[str, Any]) -> Any:
        service = ministack("services.stepfunctions")
        arn = request.get("executionArn", "")
        execution = self._executions.get(arn)
        if execution is None:
            return no_such_execution(arn)
        record = execution.record
        if record["status"] not in REDRIVABLE or "mapRunArn" in record:
            return refusal("ExecutionNotRedrivable", f"Execution {arn} is {record['status']}")
        redriven = self.next_run(execution)
        service._emit_execution_status_event(record)
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self.run, redriven), daemon=True).start()
        return service.json_response({"redriveDate": redriven.redrive_time})

    def start_child(self, record: dict[str, Any]) -> Execution:
        """Make the execution of a child of a Map Run, which ``run`` then runs."""
        service = ministack("services.stepfunctions")
        now, arn = service.now_iso(), record["executionArn"]
        record.update(status="RUNNING", startDate=now)
        service._executions[arn] = record
        execution = self._executions[arn] = Execution(record, self._clock)
        role = service._state_machines[execution.state_machine]["roleArn"]
        add_event_to(record, "ExecutionStarted", input=record["input"], roleArn=role)
        return execution

    def next_run(self, execution: Execution) -> Execution:
        """Make the run in which a redriven execution goes on where it stood."""
        record = execution.record
        now = ministack("services.stepfunctions").now_iso()
        redriven = self._executions[record["executionArn"]] = execution.redriven(now)
        record.update(status="RUNNING", stopDate=None, output=None, error=None, cause=None)
        add_event_to(record, "ExecutionRedriven", redriveCount=redriven.redrive_count)
        return redriven

    def _run_new(self, arn: str) -> None:
        record = ministack("services.stepfunctions")._executions[arn]
        execution = self._executions[arn] = Execution(record, self._clock)
        self._history.started(record)
        if record["status"] == "RUNNING":
            self.run(execution)

    def run(self, execution: Execution, states: dict[str, Any] | None = None) -> None:
        """Run an execution to its end, in the calling thread.

        Args:
            execution: the run; it may go on where another one stood.
            states: what a child of a Map Run executes; None for the state machine's definition.
        """
        service = ministack("services.stepfunctions")
        work_for(execution)
        try:
            machine = service._state_machines[execution.state_machine]
            definition = states or json.loads(machine["definition"])
            if "TimeoutSeconds" in definition:
                execution.time_out_after(definition["TimeoutSeconds"])
            output = walk(execution, definition, machine["name"])
        except ExecutionStopped:
            return
        except service._ExecutionError as error:
            execution.finish("FAILED", "ExecutionFailed", error=error.error, cause=error.cause)
        except Exception as bug:  # noqa: BLE001 - whatever it is, the execution must not hang
            _log.exception("execution %s", execution.record["executionArn"])
            execution.finish("FAILED", "ExecutionFailed", error="States.Runtime", cause=repr(bug))
        else:
            execution.finish("SUCCEEDED", "ExecutionSucceeded", output=json_text(output))

    def _log_event(self, record: dict[str, Any], event: dict[str, Any]) -> None:
        log_event(record, event, self._executions[record["executionArn"]].redrive_count)
