"""Step Functions on the embedded AWS: starting, running, stopping and redriving executions."""

from __future__ import annotations

import contextvars
import json
import logging
import re
import threading
from typing import Any

from local.aws.clock import Clock
from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import Execution, ExecutionStopped, work_for
from local.aws.repairs.state_walk import MAX_DATA, walk

_log = logging.getLogger(__name__)

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
_REDRIVABLE = ("FAILED", "TIMED_OUT", "ABORTED")


class StateMachines:
    """Repairs of executions.

    - Starting twice under one name: the same input while it runs returns the running execution;
      anything else is ``ExecutionAlreadyExists``. Names and input sizes are checked.
    - Stopping ends what the execution waits for; a state machine's ``TimeoutSeconds`` ends it as
      TIMED_OUT; a state whose data exceeds 256 KiB fails with ``States.DataLimitExceeded``.
    - Redrive resumes at the state that the execution stood at, with the input and the variables it
      had there, with fresh retries and ``$states.context.Execution.RedriveCount`` counted up.
    - A failed execution has no output.

    Not repaired: the 25,000 event and 14 day limits, redrive of a child of a Map run, Distributed
    Map, Express workflows, X-Ray, logging to CloudWatch Logs, ``Assign`` in JSONPath states.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._executions: dict[str, Execution] = {}

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service, app = ministack("services.stepfunctions"), ministack("app")
        patches.wrap(service, "_start_execution", self._start)
        patches.wrap(service, "_stop_execution", self._stop)
        patches.wrap(service, "_describe_execution", self._describe)
        patches.replace(service, "_run_execution", self._run_new)
        handler = app.SERVICE_HANDLERS["states"]
        patches.put(app.SERVICE_HANDLERS, "states", self._with_redrive(handler))

    def stop_all(self) -> None:
        """Wake every execution that still runs, so that its thread ends."""
        for execution in self._executions.values():
            execution.stop()

    def _start(self, original: Any, request: dict[str, Any]) -> Any:
        service = ministack("services.stepfunctions")
        name, given = request.get("name"), request.get("input", "{}")
        if name is not None and not _NAME.fullmatch(name):
            return service.error_response_json("InvalidName", f"Invalid Name: '{name}'", 400)
        if len(given.encode()) > MAX_DATA:
            return service.error_response_json(
                "InvalidExecutionInput", f"input is larger than {MAX_DATA} bytes", 400
            )
        machine = request["stateMachineArn"].replace(":stateMachine:", ":execution:")
        running = service._executions.get(f"{machine}:{name}")
        if running and running["status"] == "RUNNING" and running["input"] == given:
            return service.json_response(
                {"executionArn": running["executionArn"], "startDate": running["startDate"]}
            )
        return original(request)

    def _stop(self, original: Any, request: dict[str, Any]) -> Any:
        answer = original(request)
        execution = self._executions.get(request.get("executionArn", ""))
        if execution is not None and execution.record["status"] == "ABORTED":
            execution.stop()
        return answer

    def _describe(self, original: Any, request: dict[str, Any]) -> Any:
        status, headers, body = original(request)
        execution = self._executions.get(request.get("executionArn", ""))
        if status != 200 or execution is None:
            return status, headers, body
        described = json.loads(body)
        redrivable = described["status"] in _REDRIVABLE
        described["redriveCount"] = execution.redrive_count
        described["redriveStatus"] = "REDRIVABLE" if redrivable else "NOT_REDRIVABLE"
        if execution.redrive_time:
            described["redriveDate"] = execution.redrive_time
        return ministack("services.stepfunctions").json_response(described)

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
            return service.error_response_json(
                "ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'", 400
            )
        record = execution.record
        if record["status"] not in _REDRIVABLE:
            return service.error_response_json(
                "ExecutionNotRedrivable", f"Execution {arn} is {record['status']}", 400
            )
        now = service.now_iso()
        redriven = self._executions[arn] = execution.redriven(now)
        record.update(status="RUNNING", stopDate=None, output=None, error=None, cause=None)
        service._add_event(
            record,
            "ExecutionRedriven",
            {"executionRedrivenEventDetails": {"redriveCount": redriven.redrive_count}},
        )
        service._emit_execution_status_event(record)
        context = contextvars.copy_context()
        threading.Thread(target=context.run, args=(self._run, redriven), daemon=True).start()
        return service.json_response({"redriveDate": now})

    def _run_new(self, arn: str) -> None:
        record = ministack("services.stepfunctions")._executions[arn]
        execution = self._executions[arn] = Execution(record, self._clock)
        if record["status"] == "RUNNING":
            self._run(execution)

    def _run(self, execution: Execution) -> None:
        service = ministack("services.stepfunctions")
        work_for(execution)
        try:
            machine = service._state_machines[execution.state_machine]
            definition = json.loads(machine["definition"])
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
            execution.finish("SUCCEEDED", "ExecutionSucceeded", output=json.dumps(output))
