"""`symbol.json` files: nodes and their attributes, or a sentence."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.detector.errors import NotUsable
from cli.detector.symbol import Node, detection_node, needed, read_symbol
from tests.unit.detector.mxnet_files import archive_of, node, smallest_nodes, symbol


def test_the_losses_do_not_lead_to_the_boxes() -> None:
    nodes = read_symbol(archive_of("resnet-50-trained").symbol)
    operators = {nodes[position].operator for position in needed(nodes, detection_node(nodes))}
    assert "_contrib_MultiBoxTarget" in {each.operator for each in nodes}
    assert operators.isdisjoint({"_contrib_MultiBoxTarget", "smooth_l1", "MakeLoss"})


@pytest.mark.parametrize("key", ["attrs", "attr", "param"])
def test_attributes_have_three_names_in_mxnets_history(key: str) -> None:
    written = json.dumps({"nodes": [{"op": "a", "name": "b", "inputs": [], key: {"c": "1"}}]})
    assert read_symbol(written.encode())[0].attributes == {"c": "1"}


@pytest.mark.parametrize(
    "written",
    [
        b"",
        b"{}",
        b"[]",
        b'{"nodes": 1}',
        b'{"nodes": [{"op": "a"}]}',
        b"\xff",
        b"[" * 100_000,
        symbol(node("null", "data"), node("_copy", "itself", 1)),
        symbol(node("null", "data"), node("_copy", "later", 2), node("_copy", "last", 0)),
        symbol(node("null", "data"), node("_copy", "before", -1)),
        b'{"nodes": [{"op": "a", "name": "b", "inputs": [[]]}]}',
    ],
)
def test_what_is_no_symbol_is_refused(written: bytes) -> None:
    with pytest.raises(NotUsable, match="symbol"):
        read_symbol(written)


def test_a_network_that_is_no_detector_is_refused() -> None:
    with pytest.raises(NotUsable, match="0 nodes _contrib_MultiBoxDetection"):
        detection_node(read_symbol(symbol(*smallest_nodes()[:-1])))


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(0.1,0.141421)", (0.1, 0.141421)),
        ("(1, 2, 0.5)", (1, 2, 0.5)),
        ("[1, 2]", (1, 2)),
        ("(1,)", (1,)),
        ("1e-05", (1e-5,)),
        ("(-1.0, -1.0)", (-1, -1)),
        ("()", (7,)),
        ("", (7,)),
    ],
)
def test_lists_of_numbers_are_read(text: str, numbers: tuple[float, ...]) -> None:
    assert Node("op", "name", (), {"key": text}).numbers("key", (7,)) == numbers


@pytest.mark.parametrize("text", ["(1,x)", "__import__('os')", "(1,,2)", "((1, 2))", "1 2"])
def test_what_is_no_list_of_numbers_is_named(text: str) -> None:
    with pytest.raises(NotUsable, match="op name: key is"):
        Node("op", "name", (), {"key": text}).numbers("key", (7,))


@pytest.mark.parametrize("text", ["(1.5, 2)", "(1, 2, 3)", "inf", "1e300"])
def test_what_is_no_pair_of_whole_numbers_is_named(text: str) -> None:
    with pytest.raises(NotUsable, match=r"not .* whole numbers"):
        Node("op", "name", (), {"key": text}).pair("key", 1)


JSON = st.recursive(
    st.sampled_from([None, True, -1, 0, 1, 2**70, 0.5, "", "data", "null", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("a"), inner, max_size=1),
    max_leaves=6,
)


@given(st.lists(st.fixed_dictionaries({"op": JSON, "name": JSON, "inputs": JSON}), max_size=4))
def test_any_json_is_read_or_refused(nodes: list[Any]) -> None:
    with suppress(NotUsable):
        read_symbol(json.dumps({"nodes": nodes}).encode())
