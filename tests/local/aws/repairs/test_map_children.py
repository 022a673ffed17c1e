"""The children of a Map Run: their descriptions, logs and events, and how many there can be."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local.aws.repairs.patching import ministack
from tests.local.aws.map_states import (
    children,
    distributed,
    json_lines,
    machine,
    map_run,
    reader,
    run,
)
from tests.local.aws.probes import task
from tests.local.aws.sandbox import Sandbox, eventually, unique


def test_what_is_asked_about_an_express_child(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(Label="L"), ["a"])
    described = map_run(sandbox, ended["executionArn"])
    listed = sandbox.states.list_executions(mapRunArn=described["mapRunArn"])["executions"]
    child = listed[0]["executionArn"]
    assert listed[0]["itemCount"] == 1
    assert f":express:{ended['stateMachineArn'].split(':')[-1]}/L:" in child
    with pytest.raises(ClientError, match="Resource type not valid in this context: express"):
        sandbox.states.get_execution_history(executionArn=child)
    with pytest.raises(ClientError, match="Resource type not valid in this context: express"):
        sandbox.states.stop_execution(executionArn=child)


def test_memory_is_not_filled_with_what_nobody_can_ask_for(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(), ["a"])
    (child,) = children(sandbox, map_run(sandbox, ended["executionArn"])["mapRunArn"])
    record = ministack("services.stepfunctions")._executions[child["executionArn"]]
    eventually(lambda: record["events"] == [])


def test_a_child_can_have_a_map_run_of_its_own(sandbox: Sandbox) -> None:
    outer = distributed("STANDARD", Label="Outer")
    outer["ItemProcessor"] |= {"StartAt": "Map", "States": {"Map": distributed(Label="Inner")}}
    ended = run(sandbox, outer, [["a", "b"], ["c"]])
    assert ended["output"] == '[["a","b"],["c"]]'
    name = ended["stateMachineArn"].split(":")[-1]
    for child in children(sandbox, map_run(sandbox, ended["executionArn"])["mapRunArn"]):
        inner = map_run(sandbox, child["executionArn"])
        assert inner["mapRunArn"].split(":")[6] == f"{name}/Inner"


def test_children_are_not_among_the_executions_of_the_state_machine(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(), ["a"])
    listed = sandbox.states.list_executions(stateMachineArn=ended["stateMachineArn"])["executions"]
    assert [execution["executionArn"] for execution in listed] == [ended["executionArn"]]
    assert "itemCount" not in listed[0]


def test_a_child_is_redriven_by_its_map_run_only(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed("STANDARD"), ["fail"])
    (child,) = children(sandbox, map_run(sandbox, ended["executionArn"])["mapRunArn"])
    assert child["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"
    with pytest.raises(sandbox.states.exceptions.ExecutionNotRedrivable):
        sandbox.states.redrive_execution(executionArn=child["executionArn"])
    assert sandbox.history(child["executionArn"])[-1] == "ExecutionFailed"


def test_ten_thousand_items_in_batches(sandbox: Sandbox) -> None:
    function = sandbox.function("def handler(event, context): return len(event['Items'])")
    lines = json_lines({"source-ref": f"s3://bucket/{number}.jpg"} for number in range(10_000))
    state = distributed(
        MaxConcurrency=4,
        ItemReader=reader(sandbox, lines),
        ItemSelector={"uri": "{% $states.context.Map.Item.Value.`source-ref` %}"},
        ItemBatcher={"MaxItemsPerBatch": 1000, "MaxInputBytesPerBatch": 20_000},
    )
    call = task(function, "{% $states.input %}")  # type: ignore[arg-type]
    state["ItemProcessor"] |= {"StartAt": "Call", "States": {"Call": call}}
    ended = run(sandbox, state)
    sizes = json.loads(ended["output"])
    assert sum(sizes) == 10_000
    (child, *others) = children(sandbox, map_run(sandbox, ended["executionArn"])["mapRunArn"])
    assert len(others) + 1 == len(sizes)
    assert 19_000 < len(child["input"]) <= 20_000 or child["output"] == str(sizes[-1])


def test_children_are_logged_under_their_own_name(sandbox: Sandbox) -> None:
    logs, group = sandbox.aws.client("logs"), unique("/aws/vendedlogs/states")
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{sandbox.aws.region}:{sandbox.aws.account}:log-group:{group}:*"
    made = machine(sandbox, distributed(ToleratedFailureCount=1))
    sandbox.states.update_state_machine(
        stateMachineArn=made,
        loggingConfiguration={
            "level": "ERROR",
            "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}],
        },
    )
    execution = sandbox.start(made, ["fail"])
    assert sandbox.outcome(execution)["status"] == "SUCCEEDED"
    (child,) = children(sandbox, map_run(sandbox, execution)["mapRunArn"])
    records = [
        json.loads(event["message"])
        for event in logs.filter_log_events(logGroupName=group)["events"]
    ]
    assert {record["execution_arn"] for record in records} == {child["executionArn"]}
    assert [record["type"] for record in records] == ["FailStateEntered", "ExecutionFailed"]


def test_eventbridge_hears_nothing_of_express_children(sandbox: Sandbox) -> None:
    url, arn = sandbox.queue("events.amazonaws.com")
    made = machine(sandbox, distributed())
    pattern = {"source": ["aws.states"], "detail": {"stateMachineArn": [{"prefix": made}]}}
    sandbox.rule(pattern, Arn=arn)
    sandbox.outcome(sandbox.start(made, ["a", "b"]))
    told = [json.loads(sandbox.message(url)["Body"])["detail"] for _ in range(2)]
    assert [detail["status"] for detail in told] == ["RUNNING", "SUCCEEDED"]
    assert {detail["stateMachineArn"] for detail in told} == {made}
