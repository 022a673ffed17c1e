"""Map Runs as AWS ran them: LocalStack's test_base_scenarios and test_sfn_api_map_run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.aws.map_states import distributed, map_run, writer
from tests.local.aws.recordings.map_histories import PASS, recorded, refused, succeeded
from tests.local.aws.sandbox import Sandbox


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
        ItemProcessor=PASS,
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
