"""A state machine's logging: its executions' history events as records in CloudWatch Logs."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local.aws.repairs.history import details_of
from local.aws.repairs.patching import ministack

# Step Functions developer guide, cw-logs.html, "Log levels for Step Functions execution events":
# what ERROR and FATAL let through besides ALL.
_FATAL = ("ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut")
_ERROR_ENDINGS = ("Failed", "TimedOut", "Aborted")
_DATA = ("input", "output", "parameters", "assignedVariables")


def log_event(record: Mapping[str, Any], event: Mapping[str, Any], redrive_count: int) -> None:
    """Write a history event to the log group that the state machine names, if it names one.

    Step Functions delivers the records itself; no permission is asked for. Not repaired: the
    permissions to set such a delivery up, and the delay with which it comes.
    """
    arn = record["stateMachineArn"].partition("/")[0]
    machine = ministack("services.stepfunctions")._state_machines[arn]
    logging = _lower_camel(machine.get("loggingConfiguration") or {})
    if not _lets_through(logging.get("level", "OFF"), event["type"]):
        return
    message = json.dumps(
        {
            "id": str(event["id"]),
            "type": event["type"],
            "details": _details(dict(event), with_data=bool(logging.get("includeExecutionData"))),
            "previous_event_id": str(event["previousEventId"]),
            "event_timestamp": str(_milliseconds(event["timestamp"])),
            "execution_arn": record["executionArn"],
            "redrive_count": str(redrive_count),
        }
    )
    for destination in logging.get("destinations", []):
        arn = _lower_camel(_lower_camel(destination)["cloudWatchLogsLogGroup"])["logGroupArn"]
        _put(arn.split(":")[6], f"states/{machine['name']}", message)


def _lets_through(level: str, kind: str) -> bool:
    if level == "ERROR":
        return kind == "FailStateEntered" or kind.endswith(_ERROR_ENDINGS)
    return level == "ALL" or (level == "FATAL" and kind in _FATAL)


def _details(event: dict[str, Any], *, with_data: bool) -> dict[str, Any]:
    hidden = () if with_data else (*_DATA, *(f"{name}Details" for name in _DATA))
    return {name: value for name, value in details_of(event).items() if name not in hidden}


def _put(group: str, stream: str, message: str) -> None:
    logs = ministack("services.cloudwatch_logs")
    logs._create_log_stream({"logGroupName": group, "logStreamName": stream})
    entry = {"timestamp": int(time.time() * 1000), "message": message}
    logs._put_log_events({"logGroupName": group, "logStreamName": stream, "logEvents": [entry]})


def _milliseconds(timestamp: str) -> int:
    return int(datetime.fromisoformat(timestamp).timestamp() * 1000)


def _lower_camel(members: Mapping[str, Any]) -> dict[str, Any]:
    """Name members as the API does: CloudFormation's begin with a capital."""
    return {name[0].lower() + name[1:]: value for name, value in members.items()}
