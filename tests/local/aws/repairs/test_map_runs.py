"""Map Runs: tolerance, concurrency, stopping and redriving of their children, and their API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.map_states import (
    children,
    counts,
    distributed,
    machine,
    map_run,
    run,
    writer,
)
from tests.local.aws.probes import task
from tests.local.aws.sandbox import Sandbox, eventually, unique

EXCEEDED = "States.ExceedToleratedFailureThreshold"
REPAIRABLE = """
    import boto3

    def handler(event, context):
        found = boto3.client("s3").list_objects_v2(Bucket=event["bucket"], Prefix=event["key"])
        if event["breaks"] and "Contents" not in found:
            raise RuntimeError("not repaired")
        return event["breaks"]
"""


@pytest.mark.parametrize(
    ("tolerance", "items", "error"),
    [
        ({}, ["a", "fail"], EXCEEDED),
        ({"ToleratedFailureCount": 1}, ["a", "fail"], None),
        ({"ToleratedFailureCount": 1}, ["fail", "fail"], EXCEEDED),
        ({"ToleratedFailurePercentage": 50}, ["a", "fail"], None),
        ({"ToleratedFailurePercentage": 49.9}, ["a", "fail"], EXCEEDED),
        ({"ToleratedFailurePercentage": 100}, ["fail", "fail"], None),
        ({"ToleratedFailureCount": 1, "ToleratedFailurePercentage": 90}, ["fail"] * 2, EXCEEDED),
    ],
)
def test_as_many_items_may_fail_as_are_tolerated(
    sandbox: Sandbox, tolerance: dict[str, Any], items: list[str], error: str | None
) -> None:
    ended = run(sandbox, distributed(**tolerance), items)
    assert ended.get("error") == error
    described = map_run(sandbox, ended["executionArn"])
    assert described["status"] == ("FAILED" if error else "SUCCEEDED")


def test_a_failed_batch_is_as_many_failed_items_as_are_in_it(sandbox: Sandbox) -> None:
    batched: dict[str, Any] = {"ItemBatcher": {"MaxItemsPerBatch": 2}, "MaxConcurrency": 1}
    items = ["a", "b", "fail", "c", "d"]
    ended = run(sandbox, distributed(ToleratedFailureCount=1, **batched), items)
    assert (ended["error"], ended["cause"]) == (
        EXCEEDED,
        "The specified tolerated failure threshold was exceeded",
    )
    ended = run(sandbox, distributed(ToleratedFailureCount=2, **batched), items)
    described = map_run(sandbox, ended["executionArn"])
    assert counts(described) == {"succeeded": 3, "failed": 2, "total": 5, "resultsWritten": 5}
    assert counts(described, "executionCounts") == {
        "succeeded": 2,
        "failed": 1,
        "total": 3,
        "resultsWritten": 3,
    }


def test_a_tolerated_failure_is_told_in_the_place_of_its_output(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(ToleratedFailureCount=1), ["a", "fail"])
    output, failure = json.loads(ended["output"])
    assert output == "a"
    assert (failure["Status"], failure["Error"]) == ("FAILED", "Broken")


def test_a_map_run_that_fails_stops_its_children_and_starts_no_more(sandbox: Sandbox) -> None:
    state = distributed(MaxConcurrency=2)
    execution = sandbox.start(machine(sandbox, state), ["wait", "fail", "a", "b"])
    assert sandbox.outcome(execution)["error"] == EXCEEDED
    assert sandbox.history(execution)[-4:] == [
        "MapRunStarted",
        "MapRunFailed",
        "MapStateFailed",
        "ExecutionFailed",
    ]
    described = map_run(sandbox, execution)
    expected = {"aborted": 1, "failed": 1, "pending": 2, "total": 4, "resultsWritten": 2}
    assert counts(described) == expected
    ended = children(sandbox, described["mapRunArn"])
    assert {child["status"] for child in ended} == {"ABORTED", "FAILED"}


def test_stopping_the_parent_stops_the_children(sandbox: Sandbox) -> None:
    execution = sandbox.start(machine(sandbox, distributed(MaxConcurrency=2)), ["wait"] * 5)
    eventually(lambda: sandbox.states.list_map_runs(executionArn=execution)["mapRuns"])
    eventually(lambda: counts(map_run(sandbox, execution)).get("running") == 2)
    sandbox.states.stop_execution(executionArn=execution)
    eventually(lambda: map_run(sandbox, execution)["status"] == "ABORTED")
    assert counts(map_run(sandbox, execution))["aborted"] == 2
    arn = map_run(sandbox, execution)["mapRunArn"]
    assert {child["status"] for child in children(sandbox, arn)} == {"ABORTED"}


def test_a_changed_limit_takes_effect_at_once(sandbox: Sandbox) -> None:
    execution = sandbox.start(machine(sandbox, distributed(MaxConcurrency=1)), ["wait", "fail"])
    eventually(lambda: sandbox.states.list_map_runs(executionArn=execution)["mapRuns"])
    arn = map_run(sandbox, execution)["mapRunArn"]
    eventually(
        lambda: counts(map_run(sandbox, execution)) == {"running": 1, "pending": 1, "total": 2}
    )
    sandbox.states.update_map_run(mapRunArn=arn, maxConcurrency=2, toleratedFailureCount=5)
    eventually(lambda: counts(map_run(sandbox, execution)).get("failed") == 1)
    sandbox.states.update_map_run(mapRunArn=arn, toleratedFailureCount=0)
    assert sandbox.outcome(execution)["error"] == EXCEEDED
    with pytest.raises(ClientError, match="The Map Run is FAILED"):
        sandbox.states.update_map_run(mapRunArn=arn, maxConcurrency=3)


def repairable(sandbox: Sandbox, kind: str, **fields: Any) -> tuple[str, str]:
    """An execution whose second of three items fails until an object exists, and its key."""
    key = unique("repaired")
    call = {"bucket": sandbox.bucket, "key": key, "breaks": "{% $states.input = 'b' %}"}
    state = distributed(kind, **fields)
    state["ItemProcessor"] = {
        **state["ItemProcessor"],
        "StartAt": "Call",
        "States": {"Call": task(sandbox.function(REPAIRABLE), call)},
    }
    execution = sandbox.start(machine(sandbox, state, invokes="*"), ["a", "b", "c"])
    assert sandbox.outcome(execution)["error"] == EXCEEDED
    return execution, key


@pytest.mark.parametrize("kind", ["EXPRESS", "STANDARD"])
def test_a_redrive_runs_what_did_not_succeed_again(sandbox: Sandbox, kind: str) -> None:
    write = writer(sandbox, OutputType="JSON", Transformation="COMPACT")
    execution, key = repairable(sandbox, kind, ResultWriter=write, MaxConcurrency=1)
    before = map_run(sandbox, execution)
    assert counts(before) == {
        "succeeded": 1,
        "failed": 1,
        "pending": 1,
        "total": 3,
        "resultsWritten": 2,
    }
    sandbox.s3.put_object(Bucket=sandbox.bucket, Key=key, Body=b"")
    sandbox.states.redrive_execution(executionArn=execution)
    ended = sandbox.outcome(execution)
    described = map_run(sandbox, execution)
    assert described["mapRunArn"] == before["mapRunArn"]
    assert (described["status"], described["redriveCount"]) == ("SUCCEEDED", 1)
    assert counts(described) == {"succeeded": 3, "total": 3, "resultsWritten": 3}
    assert sandbox.history(execution)[-6:] == [
        "ExecutionRedriven",
        "MapRunRedriven",
        "MapRunSucceeded",
        "MapStateSucceeded",
        "MapStateExited",
        "ExecutionSucceeded",
    ]
    details = json.loads(ended["output"])["ResultWriterDetails"]
    assert details["Key"].endswith("/Redrive-1/manifest.json")
    written = sandbox.object(details["Key"].replace("manifest", "SUCCEEDED_0"))
    assert written == "[true,false]"
    statuses = [child["status"] for child in children(sandbox, described["mapRunArn"])]
    assert statuses.count("SUCCEEDED") == 3
    assert statuses.count("FAILED") == (1 if kind == "EXPRESS" else 0)


def test_an_aborted_map_run_can_be_redriven(sandbox: Sandbox) -> None:
    execution = sandbox.start(machine(sandbox, distributed()), ["a", "wait"])
    eventually(lambda: sandbox.states.list_map_runs(executionArn=execution)["mapRuns"])
    eventually(lambda: counts(map_run(sandbox, execution)).get("succeeded") == 1)
    sandbox.states.stop_execution(executionArn=execution)
    sandbox.states.redrive_execution(executionArn=execution)
    eventually(lambda: map_run(sandbox, execution)["redriveCount"] == 1)
    eventually(lambda: counts(map_run(sandbox, execution)).get("running") == 1)
    assert counts(map_run(sandbox, execution))["succeeded"] == 1
    sandbox.states.stop_execution(executionArn=execution)
    eventually(lambda: map_run(sandbox, execution)["status"] == "ABORTED")


def test_a_retrier_of_the_state_starts_another_map_run(sandbox: Sandbox) -> None:
    retry = [{"ErrorEquals": [EXCEEDED], "MaxAttempts": 1}]
    ended = run(sandbox, distributed(Retry=retry), ["fail"])
    runs = sandbox.states.list_map_runs(executionArn=ended["executionArn"])["mapRuns"]
    assert len(runs) == 2
    assert map_run(sandbox, ended["executionArn"])["redriveCount"] == 0
