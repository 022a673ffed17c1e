"""Items of a Distributed Map as AWS read them: LocalStack's snapshots of test_base_scenarios."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.aws.map_states import distributed, reader
from tests.local.aws.recordings.map_histories import PASS, failed, recorded, refused, succeeded
from tests.local.aws.sandbox import Sandbox

CLAIMS = [{"verdict": "true"}, {"verdict": "false"}, {"verdict": "mostly-true"}]
SENT = b'[{"verdict":"true"},{"verdict":"false"},{"verdict":"mostly-true"}]'


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
    state = distributed("STANDARD", ItemReader=read, ItemProcessor=PASS, QueryLanguage="JSONPath")
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
