"""Map states in distributed mode for tests, and the permissions that they need."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.local.aws.sandbox import Sandbox, allow, unique

_ITEMS = "$append($states.input, $states.input.Items)"
_CHILD = {
    "StartAt": "Look",
    "States": {
        "Look": {
            "Type": "Choice",
            "Choices": [
                {"Condition": f"{{% 'fail' in {_ITEMS} %}}", "Next": "Fail"},
                {"Condition": f"{{% 'wait' in {_ITEMS} %}}", "Next": "Wait"},
            ],
            "Default": "Done",
        },
        "Fail": {"Type": "Fail", "Error": "Broken", "Cause": "as it was told"},
        "Wait": {"Type": "Wait", "Seconds": 100_000_000, "End": True},
        "Done": {"Type": "Pass", "End": True},
    },
}


def distributed(kind: str = "EXPRESS", **fields: Any) -> dict[str, Any]:
    """A Map state whose children fail or wait if an item says so, and else echo their input."""
    child = {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": kind}, **_CHILD}
    return {"Type": "Map", "ItemProcessor": child, "End": True, **fields}


def reader(sandbox: Sandbox, body: bytes, kind: str = "JSONL", **config: Any) -> dict[str, Any]:
    """An ItemReader of an object with this body."""
    key = unique("items")
    sandbox.s3.put_object(Bucket=sandbox.bucket, Key=key, Body=body)
    return {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": kind, **config},
        "Arguments": {"Bucket": sandbox.bucket, "Key": key},
    }


def writer(sandbox: Sandbox, **config: str) -> dict[str, Any]:
    """A ResultWriter to a prefix of its own."""
    return {
        "Resource": "arn:aws:states:::s3:putObject",
        "Arguments": {"Bucket": sandbox.bucket, "Prefix": unique("results")},
        **({"WriterConfig": config} if config else {}),
    }


def permissions(sandbox: Sandbox, machine: str) -> dict[str, dict[str, Any]]:
    """What a role needs for a Map: by action, or by service where all of its actions are meant."""
    executions = machine.replace(":stateMachine:", ":execution:")
    return {
        "states:StartExecution": allow("states:StartExecution", machine),
        "states:DescribeExecution": allow("states:DescribeExecution", f"{executions}:*"),
        "states:RedriveExecution": allow("states:RedriveExecution", f"{executions}/*:*"),
        "s3": allow("s3:*", f"arn:aws:s3:::{sandbox.bucket}/*"),
    }


def machine(sandbox: Sandbox, state: dict[str, Any], **members: Any) -> str:
    """A state machine of one Map state, whose role may do what the Map needs."""
    arn = sandbox.machine({"Map": state}, **members)
    return sandbox.permit(arn, *permissions(sandbox, arn).values())


def run(sandbox: Sandbox, state: dict[str, Any], items: Any = None) -> dict[str, Any]:
    """Run a Map state to its end."""
    return sandbox.outcome(sandbox.start(machine(sandbox, state), items))


def map_run(sandbox: Sandbox, execution: str) -> dict[str, Any]:
    """The description of the latest Map Run of an execution."""
    runs = sandbox.states.list_map_runs(executionArn=execution)["mapRuns"]
    latest = max(runs, key=lambda run: run["startDate"])
    described: dict[str, Any] = sandbox.states.describe_map_run(mapRunArn=latest["mapRunArn"])
    return described


def children(sandbox: Sandbox, map_run_arn: str) -> list[dict[str, Any]]:
    """The descriptions of a Map Run's children."""
    listed = sandbox.states.list_executions(mapRunArn=map_run_arn)["executions"]
    describe = sandbox.states.describe_execution
    return [describe(executionArn=child["executionArn"]) for child in listed]


def counts(described: dict[str, Any], kind: str = "itemCounts") -> dict[str, int]:
    """The counts of a Map Run that are not 0."""
    return {name: count for name, count in described[kind].items() if count}


def json_lines(items: Iterable[Any]) -> bytes:
    """Items as JSON lines."""
    return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items).encode()
