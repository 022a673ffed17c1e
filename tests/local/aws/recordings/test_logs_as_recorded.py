"""CloudWatch log records of executions as AWS wrote them: LocalStack's snapshots of test_logs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.aws.sandbox import Sandbox, unique

PASS = {"State_1": {"Type": "Pass", "Output": {"Arg1": "argument1"}, "End": True}}
FAIL = {"FailState": {"Type": "Fail", "Error": "SomeFailure", "Cause": "It fails."}}
UNTRUNCATED = {"truncated": False}


def records(
    sandbox: Sandbox, states: dict[str, Any], level: str, *, with_data: bool
) -> list[dict[str, Any]]:
    """What an execution of these states has logged, when its state machine logs at a level."""
    logs, group = sandbox.aws.client("logs"), unique("/aws/vendedlogs/states")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{sandbox.aws.region}:{sandbox.aws.account}:log-group:{group}:*"
    machine = sandbox.machine(states)
    sandbox.states.update_state_machine(
        stateMachineArn=machine,
        loggingConfiguration={
            "level": level,
            "includeExecutionData": with_data,
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )
    execution = sandbox.start(machine)
    sandbox.outcome(execution)
    found = []
    for event in logs.filter_log_events(logGroupName=group)["events"]:
        record = json.loads(event["message"])
        assert record.pop("execution_arn") == execution
        assert abs(int(record.pop("event_timestamp")) - event["timestamp"]) < 600_000
        assert record.pop("redrive_count") == "0"
        record["details"].pop("roleArn", None)
        found.append(record)
    return found


def record(number: int, previous: int, kind: str, **details: Any) -> dict[str, Any]:
    return {
        "id": str(number),
        "type": kind,
        "details": details,
        "previous_event_id": str(previous),
    }


FAILED = record(3, 2, "ExecutionFailed", cause="It fails.", error="SomeFailure")


def test_everything_with_its_data(sandbox: Sandbox) -> None:
    """``test_base[pass_result.json5_ALL_True]``, 2024-06-10."""
    given = {"input": "{}", "inputDetails": UNTRUNCATED}
    made = {"output": '{"Arg1":"argument1"}', "outputDetails": UNTRUNCATED}
    assert records(sandbox, PASS, "ALL", with_data=True) == [
        record(1, 0, "ExecutionStarted", **given),
        record(2, 0, "PassStateEntered", **given, name="State_1"),
        record(3, 2, "PassStateExited", **made, name="State_1"),
        record(4, 3, "ExecutionSucceeded", **made),
    ]


def test_everything_without_its_data(sandbox: Sandbox) -> None:
    """``test_base[raise_failure.json5_ALL_False]``, 2024-06-10."""
    assert records(sandbox, FAIL, "ALL", with_data=False) == [
        record(1, 0, "ExecutionStarted"),
        record(2, 0, "FailStateEntered", name="FailState"),
        FAILED,
    ]


@pytest.mark.parametrize(
    ("level", "types"),
    [
        ("ERROR", ["FailStateEntered", "ExecutionFailed"]),
        ("FATAL", ["ExecutionFailed"]),
        ("OFF", []),
    ],
)
def test_less_than_everything(sandbox: Sandbox, level: str, types: list[str]) -> None:
    """``test_partial_log_levels[raise_failure.json5_…]``, 2024-06-10."""
    found = records(sandbox, FAIL, level, with_data=True)
    assert [each["type"] for each in found] == types


@pytest.mark.parametrize("level", ["ERROR", "FATAL", "OFF"])
def test_a_success_is_logged_at_no_other_level(sandbox: Sandbox, level: str) -> None:
    """``test_partial_log_levels[pass_result.json5_…]``, 2024-06-10."""
    assert records(sandbox, PASS, level, with_data=True) == []
