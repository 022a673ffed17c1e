"""Distributed Map as AWS ran it: LocalStack's snapshots of test_base_scenarios and others."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.aws.map_states import (
    distributed,
    machine,
    map_run,
    reader,
    writer,
)
from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox

CLAIMS = [{"verdict": "true"}, {"verdict": "false"}, {"verdict": "mostly-true"}]
SENT = b'[{"verdict":"true"},{"verdict":"false"},{"verdict":"mostly-true"}]'


def recorded(sandbox: Sandbox, state: dict[str, Any], given: Any) -> Any:
    """Run a Map; its events after the state's entry, whose details are asserted apart."""
    execution = sandbox.start(machine(sandbox, state), given)
    sandbox.outcome(execution)
    arn = ""
    runs = sandbox.states.list_map_runs(executionArn=execution)["mapRuns"]
    if runs:
        arn = runs[0]["mapRunArn"]
    return history(sandbox, execution, arn)[2:], execution


def succeeded(output: Any, length: int = 0) -> Any:
    return [
        (3, 2, "MapStateStarted", {"length": length}),
        (4, 3, "MapRunStarted", {"mapRunArn": "<opaque>"}),
        (5, 4, "MapRunSucceeded", {}),
        (6, 5, "MapStateSucceeded", {}),
        (7, 5, "MapStateExited", {"name": "Map", "output": output}),
        (8, 7, "ExecutionSucceeded", {"output": output}),
    ]


def failed(error: str, cause: str) -> Any:
    return [
        (3, 2, "MapStateStarted", {"length": 0}),
        (4, 3, "MapRunStarted", {"mapRunArn": "<opaque>"}),
        (5, 4, "MapRunFailed", {"error": error, "cause": cause}),
        (6, 5, "MapStateFailed", {}),
        (7, 6, "ExecutionFailed", {"error": error, "cause": cause}),
    ]


def refused(cause: str, length: int) -> Any:
    place = "An error occurred while executing the state 'Map' (entered at the event id #2)."
    return [
        (3, 2, "MapStateStarted", {"length": length}),
        (4, 3, "ExecutionFailed", {"error": "States.Runtime", "cause": f"{place} {cause}"}),
    ]


def test_items_are_read_and_the_outputs_are_the_result(sandbox: Sandbox) -> None:
    """``test_map_item_reader_base_json``, 2023-09-21."""
    state = distributed("STANDARD", ItemReader=reader(sandbox, SENT, "JSON"))
    assert recorded(sandbox, state, {})[0] == succeeded(CLAIMS)


def test_at_most_max_items_are_read(sandbox: Sandbox) -> None:
    """``test_map_item_reader_base_json_max_items_jsonata``, 2024-11-13."""
    read = reader(sandbox, SENT, "JSON", MaxItems="{% $states.input.MaxItems %}")
    state = distributed("STANDARD", ItemReader=read)
    output = recorded(sandbox, state, {"MaxItems": 2})[0][-1][3]["output"]
    assert output == CLAIMS[:2]


@pytest.mark.parametrize(
    ("limit", "events"),
    [
        (-1, failed("States.ItemReaderFailed", "field MaxItems must be positive")),
        (0, succeeded(CLAIMS)),
        (
            1.5,
            refused(
                'The MaxItemsPath field refers to value "1.5" which is not a valid integer: '
                "$.MaxItems",
                0,
            ),
        ),
    ],
)
def test_max_items_that_are_no_count(sandbox: Sandbox, limit: float, events: Any) -> None:
    """``test_map_item_reader_csv_max_items_paths``, 2024-03-25."""
    read = reader(sandbox, SENT, "JSON", MaxItemsPath="$.MaxItems")
    read["Parameters"] = read.pop("Arguments")
    state = distributed("STANDARD", ItemReader=read, ItemProcessor=_PASS, QueryLanguage="JSONPath")
    assert recorded(sandbox, state, {"MaxItems": limit})[0] == events


def test_an_object_that_is_no_list(sandbox: Sandbox) -> None:
    """``test_map_item_reader_json_no_json_list_object``, 2023-09-21."""
    state = distributed("STANDARD", ItemReader=reader(sandbox, b'{"a": 1}', "JSON"))
    assert recorded(sandbox, state, {})[0] == failed(
        "States.ItemReaderFailed", "Attempting to map over non-iterable node."
    )


def test_items_in_batches(sandbox: Sandbox) -> None:
    """``test_map_item_batching_base_json_max_per_batch_jsonata``, 2024-11-13."""
    batcher = {
        "MaxItemsPerBatch": "{% $states.input.MaxItemsPerBatch %}",
        "MaxInputBytesPerBatch": "{% $states.input.MaxInputBytesPerBatch %}",
        "BatchInput": {"BatchTimestamp": "{% $states.context.State.EnteredTime %}"},
    }
    read = reader(sandbox, SENT, "JSON", MaxItems=2)
    state = distributed("STANDARD", ItemReader=read, ItemBatcher=batcher)
    given = {"MaxItemsPerBatch": 2, "MaxInputBytesPerBatch": 150_000}
    (batch,) = recorded(sandbox, state, given)[0][-1][3]["output"]
    assert batch.pop("BatchInput").keys() == {"BatchTimestamp"}
    assert batch == {"Items": CLAIMS[:2]}


def test_items_are_selected(sandbox: Sandbox) -> None:
    """``test_map_state_config_distributed_item_selector_parameters``, 2024-11-15."""
    state = distributed(
        "STANDARD",
        Items="{% $states.input.content.values %}",
        ItemSelector={
            "bucketName": "{% $states.input.content.bucket %}",
            "value": "{% $states.context.Map.Item.Value %}",
        },
    )
    given = {"content": {"bucket": "test-bucket", "values": ["1", "2"]}}
    selected = [{"bucketName": "test-bucket", "value": value} for value in ("1", "2")]
    assert recorded(sandbox, state, given)[0] == succeeded(selected, 2)


def test_results_are_written_to_a_bucket(sandbox: Sandbox) -> None:
    """``test_map_state_result_writer``, 2024-08-19, and ``test_map_state_label``, 2024-07-20."""
    write = writer(sandbox)
    state = distributed("STANDARD", ResultWriter=write, Label="TestMap")
    events, execution = recorded(sandbox, state, ["Hello", "World"])
    arn = map_run(sandbox, execution)["mapRunArn"]
    name = sandbox.outcome(execution)["stateMachineArn"].split(":")[-1]
    assert arn.split(":")[5:7] == ["mapRun", f"{name}/TestMap"]
    key = f"{write['Arguments']['Prefix']}/{arn.split(':')[-1]}/manifest.json"
    output = {
        "MapRunArn": "<opaque>",
        "ResultWriterDetails": {"Bucket": sandbox.bucket, "Key": key},
    }
    assert events == succeeded(output, 2)


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("ToleratedFailureCount", -1, "ToleratedFailureCount cannot be negative."),
        (
            "ToleratedFailureCount",
            "NoNumber",
            'The ToleratedFailureCountPath field refers to value "NoNumber" which is not a valid '
            "integer: $.ToleratedFailureCount",
        ),
        (
            "ToleratedFailureCount",
            {},
            'The ToleratedFailureCountPath field refers to value "{}" which is not a valid '
            "integer: $.ToleratedFailureCount",
        ),
        ("ToleratedFailurePercentage", -1.1, None),
        ("ToleratedFailurePercentage", 100.1, None),
        (
            "ToleratedFailurePercentage",
            "NoNumber",
            'The ToleratedFailurePercentagePath field refers to value "NoNumber" which is not a '
            "valid float: $.ToleratedFailurePercentage",
        ),
    ],
)
def test_tolerances_that_are_none(
    sandbox: Sandbox, name: str, value: Any, problem: str | None
) -> None:
    """``test_map_state_tolerated_failure_count_path`` and ``…_percentage_path``, 2024-06-19."""
    problem = problem or "ToleratedFailurePercentage must be between 0 and 100."
    state = distributed(
        "STANDARD",
        ItemsPath="$.Items",
        ItemProcessor=_PASS,
        QueryLanguage="JSONPath",
        **{f"{name}Path": f"$.{name}"},
    )
    assert recorded(sandbox, state, {"Items": [0], name: value})[0] == refused(problem, 1)


@pytest.mark.parametrize("tolerance", [0, 1, 1.1, 100])
def test_tolerances_that_are_some(sandbox: Sandbox, tolerance: float) -> None:
    """``test_map_state_tolerated_failure_percentage_path``, 2024-06-19."""
    state = distributed(
        "STANDARD",
        Items="{% $states.input.Items %}",
        ToleratedFailurePercentage="{% $states.input.tolerance %}",
    )
    assert recorded(sandbox, state, {"Items": [0], "tolerance": tolerance})[0] == succeeded([0], 1)


def test_the_description_of_a_map_run(sandbox: Sandbox) -> None:
    """``test_list_map_runs_and_describe_map_run``, 2023-09-21.

    Redrives came to the API later: redriveCount, pendingRedrive and failuresNotRedrivable.
    """
    execution = recorded(sandbox, distributed("STANDARD", MaxConcurrency=1), [1, 2])[1]
    (listed,) = sandbox.states.list_map_runs(executionArn=execution)["mapRuns"]
    described = sandbox.states.describe_map_run(mapRunArn=listed["mapRunArn"])
    sent = {"startDate", "stopDate", "executionArn", "mapRunArn"}
    assert set(listed) == sent | {"stateMachineArn"}
    assert listed["stateMachineArn"].split(":")[6] == listed["mapRunArn"].split(":")[6]
    counted = {
        "pending": 0,
        "running": 0,
        "succeeded": 2,
        "failed": 0,
        "timedOut": 0,
        "aborted": 0,
        "total": 2,
        "resultsWritten": 2,
        "failuresNotRedrivable": 0,
        "pendingRedrive": 0,
    }
    assert {name: value for name, value in described.items() if name not in sent} == {
        "status": "SUCCEEDED",
        "executionCounts": counted,
        "itemCounts": counted,
        "maxConcurrency": 1,
        "toleratedFailureCount": 0,
        "toleratedFailurePercentage": 0.0,
        "redriveCount": 0,
        "ResponseMetadata": described["ResponseMetadata"],
    }


_PASS = {
    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    "StartAt": "Pass",
    "States": {"Pass": {"Type": "Pass", "End": True}},
}
