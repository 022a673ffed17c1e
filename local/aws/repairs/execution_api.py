"""The API of executions: what StartExecution, DescribeExecution and GetExecutionHistory answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local.aws.repairs.patching import Patches, ministack
from local.aws.repairs.running_execution import Execution
from local.aws.repairs.state_walk import MAX_DATA

REDRIVABLE = ("FAILED", "TIMED_OUT", "ABORTED")

_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")
_ABOUT_ONE_EXECUTION = ("_describe_execution", "_get_execution_history", "_stop_execution")


class ExecutionApi:
    """Repairs of requests about executions and of their answers, in the words of Step Functions.

    - Starting twice under one name: the same input while it runs returns the running execution;
      anything else is ``ExecutionAlreadyExists``. Names and inputs are checked, sizes in UTF-8.
    - A description tells how often an execution was redriven, and whether it can be.

    Not repaired: what is wrong with an input that is not JSON is said in this parser's words.
    """

    def __init__(self, executions: Mapping[str, Execution]) -> None:
        self._executions = executions

    def install(self, patches: Patches) -> None:
        """Put the repairs in place."""
        service = ministack("services.stepfunctions")
        patches.wrap(service, "_start_execution", _start)
        patches.wrap(service, "_describe_execution", self._describe)
        for operation in _ABOUT_ONE_EXECUTION:
            patches.wrap(service, operation, _known_execution)

    def _describe(self, original: Any, request: dict[str, Any]) -> Any:
        status, headers, body = original(request)
        execution = self._executions.get(request["executionArn"])
        if status != 200 or execution is None:
            return status, headers, body
        described = json.loads(body)
        described |= {
            "redriveCount": execution.redrive_count,
            **redrive_status(described["status"], is_child="mapRunArn" in described),
        }
        if execution.redrive_time:
            described["redriveDate"] = execution.redrive_time
        if described["output"] is None:
            del described["output"], described["outputDetails"]
        return ministack("services.stepfunctions").json_response(described)


def refusal(code: str, message: str) -> Any:
    """Make the answer that refuses a request."""
    return ministack("services.stepfunctions").error_response_json(code, message, 400)


def no_such_execution(arn: str) -> Any:
    """Make the answer to a request about an execution that does not exist."""
    return refusal("ExecutionDoesNotExist", f"Execution Does Not Exist: '{arn}'")


def _start(original: Any, request: dict[str, Any]) -> Any:
    service = ministack("services.stepfunctions")
    machine, name = request["stateMachineArn"], request.get("name")
    if service._resolve_state_machine_arn(machine) is None:
        return refusal("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{machine}'")
    if name is not None and not _NAME.fullmatch(name):
        return refusal("InvalidName", f"Invalid Name: '{name}'")
    problem = _input_problem(request.get("input", "{}"))
    if problem:
        return refusal(
            "InvalidExecutionInput", f"Invalid State Machine Execution Input: '{problem}'"
        )
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
    before = service._executions.get(arn)
    if before is None:
        return original(request)
    if before["status"] == "RUNNING" and before["input"] == request.get("input", "{}"):
        return service.json_response({"executionArn": arn, "startDate": before["startDate"]})
    return refusal("ExecutionAlreadyExists", f"Execution Already Exists: '{arn}'")


def _input_problem(given: str) -> str:
    if len(given.encode(errors="surrogatepass")) > MAX_DATA:
        return f"larger than {MAX_DATA} bytes"
    try:
        json.loads(given)
    except ValueError as error:
        return str(error)
    return ""


def _known_execution(original: Any, request: dict[str, Any]) -> Any:
    arn = request.get("executionArn", "")
    if not arn.startswith("arn:"):
        return refusal("InvalidArn", f"Invalid Arn: 'Invalid ARN prefix: {arn}'")
    if arn not in ministack("services.stepfunctions")._executions:
        return no_such_execution(arn)
    return original(request)


def redrive_status(status: str, *, is_child: bool) -> dict[str, str]:
    """Tell whether an execution in a status can be redriven: a child of a Map Run by its parent."""
    if status in REDRIVABLE:
        return {"redriveStatus": "REDRIVABLE_BY_MAP_RUN" if is_child else "REDRIVABLE"}
    reason = f"Execution is {status} and cannot be redriven"
    return {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}
