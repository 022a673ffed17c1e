"""Walks an execution of the embedded Step Functions from state to state."""

from __future__ import annotations

import copy
import json
from typing import Any

from local.aws.repairs.history import add_event, begin_chain, json_text, size
from local.aws.repairs.patching import ministack
from local.aws.repairs.running_execution import Execution, Position

# Step Functions developer guide, "Service quotas": 256 KiB of input or output of a state.
MAX_DATA = 262_144
_WITH_RECORD = ("Task", "Parallel", "Map")


def walk(execution: Execution, definition: dict[str, Any], machine_name: str) -> Any:
    """Run an execution from where it stands to its end; return its output.

    Raises:
        ExecutionStopped: the execution ended from outside.
    """
    begin_chain(len(execution.record["events"]))
    started_with = json.loads(execution.record["input"])
    context = _context(execution, definition, machine_name, started_with)
    return walk_states(execution, definition, started_with, context)


def walk_states(
    execution: Execution, machine: dict[str, Any], given: Any, context: dict[str, Any]
) -> Any:
    """Run the states of a machine, or of a Map's iteration, to the end; return the output.

    Args:
        execution: what runs, and where it stands: its position has the variables.
        machine: has ``StartAt`` and ``States``.
        given: the input, for one that has not begun.
        context: the context object, with ``variables``.

    Raises:
        ExecutionStopped: the execution ended from outside.
    """
    record, resumed = execution.record, execution.position is not None
    position = execution.position or Position(machine["StartAt"], given, context["variables"])
    context["variables"] = copy.deepcopy(position.variables)
    name: str | None = position.state
    data = position.data
    while name is not None:
        execution.raise_if_stopped()
        state = machine["States"][name]
        if not resumed:
            execution.position = Position(name, data, copy.deepcopy(context["variables"]))
            add_event(record, f"{state['Type']}StateEntered", name=name, input=json_text(data))
        resumed = False
        data, following = _execute(state, name, data, record, context)
        execution.raise_if_stopped()
        assigned = {key: json_text(value) for key, value in context["assigned"].items()}
        add_event(
            record,
            f"{state['Type']}StateExited",
            name=name,
            output=json_text(data),
            **({"assignedVariables": assigned} if assigned else {}),
        )
        name = following
    return data


def _execute(state: Any, name: str, data: Any, record: Any, context: Any) -> Any:
    service = ministack("services.stepfunctions")
    kind = state["Type"]
    context["State"] = {"Name": name, "EnteredTime": service.now_iso()}
    context["assigned"] = {}
    if kind == "Fail":
        raise service._ExecutionError(*service._fail_state_error(state, data, context))
    if kind == "Succeed":
        output, following = _succeed(state, data, context), None
    else:
        run = getattr(service, f"_execute_{kind.lower()}")
        arguments = (state, data, record) if kind in _WITH_RECORD else (state, data)
        output, following = run(*arguments, context)
    check_size(output, name)
    return output, following


def check_size(data: Any, producer: str) -> None:
    """Raise ``States.DataLimitExceeded`` where data is more than a state may hand on.

    Cause and count after LocalStack's snapshots ``test_start_large_input`` and
    ``test_service_task_lambada_data_limit_exceeded_on_large_utf8_response`` (2024-03-21).
    """
    if size(data) > MAX_DATA:
        raise ministack("services.stepfunctions")._ExecutionError(
            "States.DataLimitExceeded",
            f"The state/task '{producer}' returned a result with a size exceeding the maximum "
            "number of bytes service limit.",
        )


def _succeed(state: Any, data: Any, context: Any) -> Any:
    service = ministack("services.stepfunctions")
    if service._state_query_language(state, context) == "JSONata":
        return service._apply_jsonata_output(state, data, context, default=data)
    selected = service._apply_input_path(state, data, context)
    return service._apply_output_path(state, selected, context)


def _context(execution: Execution, definition: Any, machine_name: str, given: Any) -> Any:
    record = execution.record
    context: dict[str, Any] = {
        "variables": {},
        "QueryLanguage": definition.get("QueryLanguage", "JSONPath"),
        "Execution": {
            "Id": record["executionArn"],
            "Input": given,
            "Name": record["name"],
            "RoleArn": ministack("services.stepfunctions")._state_machines[execution.state_machine][
                "roleArn"
            ],
            "StartTime": record["startDate"],
            "RedriveCount": execution.redrive_count,
        },
        "StateMachine": {"Id": execution.state_machine, "Name": machine_name},
    }
    if execution.redrive_time:
        context["Execution"]["RedriveTime"] = execution.redrive_time
    return context
