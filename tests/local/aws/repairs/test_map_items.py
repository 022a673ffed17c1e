"""The items of a Distributed Map: what is read, selected and packed into batches."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.repairs.map_fields import MapFields
from local.aws.repairs.map_items import batches
from local.aws.repairs.patching import ministack
from tests.local.aws.map_states import distributed, json_lines, machine, reader, run
from tests.local.aws.sandbox import Sandbox

JSONATA = {"QueryLanguage": "JSONata"}
LIMIT = 262_144


def packed(items: list[Any], **batcher: Any) -> list[tuple[str, int]]:
    fields = MapFields({"Type": "Map", "ItemBatcher": batcher}, {}, JSONATA)
    return [(batch.input, batch.items) for batch in batches(fields, items)]


@pytest.mark.usefixtures("aws")
def test_batches_keep_all_items_in_order_within_both_limits() -> None:
    @given(
        items=st.lists(st.text(max_size=40)),
        most_items=st.integers(1, 7),
        most_bytes=st.integers(300, 1000),
    )
    def check(items: list[str], most_items: int, most_bytes: int) -> None:
        given_to_all = {"bucket": "b"}
        made = packed(
            items,
            MaxItemsPerBatch=most_items,
            MaxInputBytesPerBatch=most_bytes,
            BatchInput=given_to_all,
        )
        inputs = [json.loads(text) for text, _ in made]
        assert [item for each in inputs for item in each["Items"]] == items
        assert all(each["BatchInput"] == given_to_all for each in inputs)
        for text, count in made:
            assert count <= most_items
            assert len(text.encode()) <= most_bytes

    check()


@pytest.mark.usefixtures("aws")
def test_a_batch_is_as_full_as_the_limit_of_its_bytes_lets_it_be() -> None:
    one = len(packed(["aa"], MaxItemsPerBatch=1)[0][0])
    made = packed(["aa"] * 4, MaxInputBytesPerBatch=one + len(',"aa"'))
    assert [count for _, count in made] == [2, 2]
    made = packed(["aa"] * 4, MaxInputBytesPerBatch=one + len(',"aa"') - 1)
    assert [count for _, count in made] == [1, 1, 1, 1]


@pytest.mark.usefixtures("aws")
def test_a_batch_never_exceeds_what_an_execution_may_be_given() -> None:
    made = packed(["ü" * 50_000] * 5, MaxItemsPerBatch=5)
    assert [count for _, count in made] == [2, 2, 1]
    assert all(len(text.encode()) <= LIMIT for text, _ in made)


@pytest.mark.usefixtures("aws")
def test_an_item_larger_than_an_input_is_refused() -> None:
    with pytest.raises(ministack("services.stepfunctions")._ExecutionError) as refused:
        packed(["x" * LIMIT], MaxItemsPerBatch=1)
    assert refused.value.error == "States.DataLimitExceeded"


def test_lines_end_at_line_feeds_only(sandbox: Sandbox) -> None:
    items = [{"a": "x\u2028y\u0085z\x0b"}, {"a": "\r"}, {"a": "ü" * 1_500_000}]
    state = distributed(
        ItemReader=reader(sandbox, json_lines(items) + b'\n{"a":\r"b"}\r\n'),
        ItemSelector={
            "start": "{% $substring($states.context.Map.Item.Value.a, 0, 6) %}",
            "length": "{% $length($states.context.Map.Item.Value.a) %}",
            "index": "{% $states.context.Map.Item.Index %}",
        },
    )
    assert json.loads(run(sandbox, state)["output"]) == [
        {"start": "x\u2028y\u0085z\x0b", "length": 6, "index": 0},
        {"start": "\r", "length": 1, "index": 1},
        {"start": "üüüüüü", "length": 1_500_000, "index": 2},
        {"start": "b", "length": 1, "index": 3},
    ]


def test_the_version_that_is_named_is_read(sandbox: Sandbox) -> None:
    sandbox.s3.put_bucket_versioning(
        Bucket=sandbox.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    read = reader(sandbox, json_lines(["first"]))
    key = read["Arguments"]["Key"]
    first = sandbox.s3.head_object(Bucket=sandbox.bucket, Key=key)["VersionId"]
    sandbox.s3.put_object(Bucket=sandbox.bucket, Key=key, Body=json_lines(["second"]))
    read["Arguments"]["VersionId"] = "{% $states.input.version %}"
    assert run(sandbox, distributed(ItemReader=read), {"version": first})["output"] == '["first"]'
    del read["Arguments"]["VersionId"]
    assert run(sandbox, distributed(ItemReader=read))["output"] == '["second"]'


def test_a_line_that_is_not_json_fails_the_reader(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(ItemReader=reader(sandbox, b'{"a": 1}\n{"a": \n')))
    assert ended["error"] == "States.ItemReaderFailed"


def test_an_object_that_does_not_exist_fails_the_reader(sandbox: Sandbox) -> None:
    read = reader(sandbox, b"")
    read["Arguments"]["Key"] = "nothing"
    assert run(sandbox, distributed(ItemReader=read))["error"] == "States.ItemReaderFailed"


def test_what_follows_the_last_item_is_not_looked_at(sandbox: Sandbox) -> None:
    read = reader(sandbox, b'"a"\n"b"\nnot JSON', MaxItems=2)
    assert run(sandbox, distributed(ItemReader=read))["output"] == '["a","b"]'


def test_a_reader_whose_permissions_nothing_checks_is_refused(sandbox: Sandbox) -> None:
    read = reader(sandbox, b"") | {"Resource": "arn:aws:states:::s3:listObjectsV2"}
    assert "s3:getObject only" in run(sandbox, distributed(ItemReader=read))["cause"]


def test_no_items_are_a_map_run_without_children(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(ItemReader=reader(sandbox, b"")))
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", "[]")


def test_children_do_not_see_the_variables_of_the_parent(sandbox: Sandbox) -> None:
    state = distributed()
    state["ItemProcessor"] = {
        **state["ItemProcessor"],
        "StartAt": "Use",
        "States": {"Use": {"Type": "Pass", "Output": "{% $exists($v) %}", "End": True}},
    }
    start = {"Type": "Pass", "Assign": {"v": 1}, "Output": [1], "Next": "Map"}
    arn = machine(sandbox, state)
    sandbox.states.update_state_machine(
        stateMachineArn=arn,
        definition=json.dumps({**JSONATA, "StartAt": "S", "States": {"S": start, "Map": state}}),
    )
    assert sandbox.outcome(sandbox.start(arn))["output"] == "[false]"
