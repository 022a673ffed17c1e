"""What a ResultWriter leaves in the bucket."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.aws.clock import Clock
from local.aws.repairs.map_children import child_record
from local.aws.repairs.map_items import Batch
from local.aws.repairs.map_results import transformed
from local.aws.repairs.map_run import Child
from local.aws.repairs.running_execution import Execution
from tests.local.aws.map_states import children, distributed, map_run, run, writer
from tests.local.aws.sandbox import Sandbox


def folder(sandbox: Sandbox, write: dict[str, Any]) -> dict[str, str]:
    """The objects below the writer's prefix: name without prefix and id of the Map Run, to text."""
    prefix = write["Arguments"]["Prefix"]
    listed = sandbox.s3.list_objects_v2(Bucket=sandbox.bucket, Prefix=f"{prefix}/")
    keys = [entry["Key"] for entry in listed.get("Contents", [])]
    return {key.split("/", 2)[2]: sandbox.object(key) or "" for key in keys}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"Transformation": "COMPACT"}, '[{"Items":[[1],2]}]'),
        ({"Transformation": "FLATTEN"}, '[{"Items":[[1],2]}]'),
        ({"Transformation": "COMPACT", "OutputType": "JSONL"}, '{"Items":[[1],2]}\n'),
    ],
)
def test_outputs_of_children_that_are_objects(
    sandbox: Sandbox, config: dict[str, str], text: str
) -> None:
    write = writer(sandbox, **config)
    batcher = {"MaxItemsPerBatch": 2}
    run(sandbox, distributed(ResultWriter=write, ItemBatcher=batcher), [[1], 2])
    assert folder(sandbox, write)["SUCCEEDED_0.json"] == text


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"Transformation": "COMPACT", "OutputType": "JSON"}, "[[1,2],3]"),
        ({"Transformation": "FLATTEN", "OutputType": "JSON"}, "[1,2,3]"),
        ({"Transformation": "FLATTEN", "OutputType": "JSONL"}, "1\n2\n3\n"),
    ],
)
def test_outputs_of_children_that_are_arrays(
    sandbox: Sandbox, config: dict[str, str], text: str
) -> None:
    write = writer(sandbox, **config)
    run(sandbox, distributed(ResultWriter=write), [[1, 2], 3])
    assert folder(sandbox, write)["SUCCEEDED_0.json"] == text


def test_a_transformation_without_a_bucket_is_of_the_state_s_result(sandbox: Sandbox) -> None:
    state = distributed(ResultWriter={"WriterConfig": {"Transformation": "FLATTEN"}})
    assert run(sandbox, state, [[1, 2], 3])["output"] == "[1,2,3]"


def test_the_manifest_names_the_files_and_their_sizes(sandbox: Sandbox) -> None:
    write = writer(sandbox)
    ended = run(sandbox, distributed(ResultWriter=write, ToleratedFailureCount=1), ["fail", "a"])
    details = json.loads(ended["output"])
    files = folder(sandbox, write)
    prefix = details["ResultWriterDetails"]["Key"].removesuffix("manifest.json")
    assert json.loads(files["manifest.json"]) == {
        "DestinationBucket": sandbox.bucket,
        "MapRunArn": details["MapRunArn"],
        "ResultFiles": {
            "FAILED": [{"Key": f"{prefix}FAILED_0.json", "Size": len(files["FAILED_0.json"])}],
            "PENDING": [],
            "SUCCEEDED": [
                {"Key": f"{prefix}SUCCEEDED_0.json", "Size": len(files["SUCCEEDED_0.json"])}
            ],
        },
    }


def test_a_slash_at_the_end_of_the_prefix_is_not_doubled(sandbox: Sandbox) -> None:
    """AWS's workshop API312 of re:Invent 2023: "execution-summary/1945/" and "1945/<UUID>/"."""
    write = writer(sandbox)
    prefix = write["Arguments"]["Prefix"]
    write["Arguments"]["Prefix"] = f"{prefix}/"
    details = json.loads(run(sandbox, distributed(ResultWriter=write), ["a"])["output"])
    identifier = details["MapRunArn"].split(":")[-1]
    assert details["ResultWriterDetails"]["Key"] == f"{prefix}/{identifier}/manifest.json"


@pytest.mark.usefixtures("aws")
def test_a_record_tells_how_often_the_child_was_redriven() -> None:
    record = child_record({"_stateMachineArn": "m", "mapRunArn": "r"}, Batch("1", 1), express=False)
    record |= {"status": "FAILED", "error": "E"}
    child = Child(record, Batch("1", 1), Execution(record, Clock(), redrive_count=2))
    assert transformed([child], "COMPACT")[0]["RedriveCount"] == 2


def test_untransformed_records_tell_of_the_execution_with_its_data_as_text(
    sandbox: Sandbox,
) -> None:
    write = writer(sandbox)
    ended = run(sandbox, distributed(ResultWriter=write, Label="Images"), [{"a": "ü"}])
    (record,) = json.loads(folder(sandbox, write)["SUCCEEDED_0.json"])
    (child,) = children(sandbox, map_run(sandbox, ended["executionArn"])["mapRunArn"])
    assert record.pop("StartDate") <= record.pop("StopDate")
    assert record == {
        "ExecutionArn": child["executionArn"],
        "Input": '{"a":"ü"}',
        "InputDetails": {"Included": True},
        "Name": child["name"],
        "Output": '{"a":"ü"}',
        "OutputDetails": {"Included": True},
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "RedriveStatusReason": "Execution is SUCCEEDED and cannot be redriven",
        "StateMachineArn": f"{ended['stateMachineArn']}/Images",
        "Status": "SUCCEEDED",
    }


def test_failed_children_are_written_untransformed(sandbox: Sandbox) -> None:
    write = writer(sandbox, Transformation="FLATTEN", OutputType="JSONL")
    run(sandbox, distributed(ResultWriter=write, ToleratedFailurePercentage=100), ["fail"])
    record = json.loads(folder(sandbox, write)["FAILED_0.json"])
    told = {name: record.get(name) for name in ("Status", "Error", "Cause", "Output", "Input")}
    assert told == {
        "Status": "FAILED",
        "Error": "Broken",
        "Cause": "as it was told",
        "Output": None,
        "Input": '"fail"',
    }
    assert record["RedriveStatus"] == "REDRIVABLE_BY_MAP_RUN"


def test_a_map_run_that_fails_leaves_what_ended_and_what_never_started(sandbox: Sandbox) -> None:
    write = writer(sandbox)
    state = distributed(ResultWriter=write, MaxConcurrency=1)
    ended = run(sandbox, state, ["a", "fail", "b", "c"])
    assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    files = folder(sandbox, write)
    assert {name: len(json.loads(text)) for name, text in files.items()} == {
        "FAILED_0.json": 1,
        "PENDING_0.json": 2,
        "SUCCEEDED_0.json": 1,
        "manifest.json": 3,
    }


def test_a_bucket_that_does_not_exist_fails_the_writer(sandbox: Sandbox) -> None:
    write = writer(sandbox)
    write["Arguments"]["Bucket"] = sandbox.bucket.replace("bucket", "missing")
    assert run(sandbox, distributed(ResultWriter=write), [])["error"] == "States.ResultWriterFailed"
