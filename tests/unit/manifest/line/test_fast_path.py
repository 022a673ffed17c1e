"""The fast path takes most clean lines, and never one in which the slow path finds a fault."""

import json
import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.manifest.line.fast_path import MOST_SHAPES, FastPath
from lambdas.manifest.line.provenance import provenance
from lambdas.manifest.line.record import Record
from lambdas.manifest.line.slow_path import SlowPath
from tests.unit.manifest.manifests import (
    any_box,
    any_policy,
    any_record,
    as_line,
    empty_record,
    good_lines,
    manifest_of,
    run,
)

SMALLEST = 2 / 300
SLOW = SlowPath(frozenset(), SMALLEST)
PLAIN = any_record(0)
FLOATS = any_record(1, any_box(left=1.5), metadata={"objects": [{"confidence": 0}]})
CHAINED = any_record(2, note="é", nested={"deep": ["x", {"y": 1}], "z": 1}, page=3)
CROWDED = any_record(3, any_box(), any_box(left=0))

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3)
    ),
    max_leaves=8,
)


def learned(*records: dict[str, Any]) -> FastPath:
    fast = FastPath(SMALLEST)
    for record in records:
        judged = SLOW.judge(json.dumps(record).encode(), "bb")
        assert judged.document is not None
        assert not judged.faults
        fast.learn(judged.document, "bb", "s3://images/0.jpg")
    return fast


FAST = learned(PLAIN, FLOATS, CHAINED, CROWDED)


def content(record: Record) -> tuple[Any, ...]:
    boxes = [(box.class_id, box.left, box.top, box.width, box.height) for box in record.boxes]
    head = record.source_ref, record.width, record.height
    return (
        *head,
        boxes,
        record.class_ids,
        record.used,
        record.names,
        record.tiny,
        record.signature,
        record.verdicts,
        provenance(record.about),
    )


def agrees(line: bytes, fast: FastPath = FAST) -> bool:
    """Whether the fast path, where it takes the line, reads what the slow path reads."""
    record = fast.read(line)
    if record is None:
        return True
    judged = SLOW.judge(line, "bb")
    return (
        not judged.faults
        and judged.record is not None
        and content(record) == content(judged.record)
    )


def mutated(line: bytes, seed: int) -> bytes:
    """The line with a few bytes changed, dropped, doubled or swapped for JSON's special ones."""
    chance = random.Random(seed)
    data = bytearray(line)
    for _ in range(chance.randint(1, 3)):
        place = chance.randrange(len(data))
        piece = data[place : place + chance.randint(1, 30)]
        special = chance.choice([b'"', b"\\", b":", b",", b"{}", b"1", b"-", b".", b"e", b"\xc3"])
        data[place : place + chance.choice([0, 1, len(piece)])] = chance.choice([special, piece])
    return bytes(data).replace(b"\n", b" ")


@pytest.mark.parametrize(
    "record",
    [
        any_record(9),
        any_record(9, any_box(left=3.25), any_box()),
        empty_record(9),
        any_record(9, source__ref="s3://images/9.Jpg"),
        any_record(9, label={"image_size": [{"width": 640.0, "height": 480, "depth": 3.0}]}),
        any_record(9, metadata={"class-map": {"0": '17" monitor \\'}}),
        any_record(9, note='"\\"', nested={'"': ['\\"', {}], "é": None}, page=3) | {"page": None},
    ],
)
def test_the_fast_path_takes_ordinary_lines(record: dict[str, Any]) -> None:
    for line in (as_line(record)[:-1], json.dumps(record).encode()):
        taken = FAST.read(line)
        judged = SLOW.judge(line, "bb").record
        assert taken is not None
        assert judged is not None
        assert content(taken) == content(judged)


def test_no_shape_is_kept_twice_when_lines_of_two_shapes_alternate() -> None:
    fast = learned(PLAIN, FLOATS, CHAINED, CROWDED)
    kept = list(fast._decoders)
    for _ in range(10):
        for record in (any_record(9), any_record(9, note="é", nested={}, page=3)):
            assert fast.read(as_line(record)[:-1]) is not None
    assert sorted(map(id, fast._decoders)) == sorted(map(id, kept))


def test_a_known_shape_is_not_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[object] = []
    monkeypatch.setattr(
        "lambdas.manifest.line.fast_path.typed_decoder", lambda *line: built.append(line)
    )
    fast = FastPath(SMALLEST)
    for record in (PLAIN, FLOATS, CROWDED, any_record(4, source__ref="s3://images/4.JPEG")):
        fast.learn(record, "bb", "s3://images/0.jpg")
    assert len(built) == 1


def test_only_so_many_shapes_are_kept() -> None:
    fast = learned(*(any_record(0) | {f"key{n}": 1} for n in range(2 * MOST_SHAPES)))
    assert len(fast._decoders) == MOST_SHAPES


@example(0)
@given(st.integers(0, 10**9))
def test_the_fast_path_never_takes_a_line_in_which_the_slow_path_finds_a_fault(seed: int) -> None:
    for record in (PLAIN, any_record(5, any_box(left=1.5), any_box()), CHAINED):
        assert agrees(mutated(as_line(record)[:-1], seed))


@given(st.sampled_from(["source-ref", "bb", "bb-metadata", "note", "nested"]), json_values)
def test_any_json_value_in_any_place_is_judged_alike(key: str, value: Any) -> None:
    assert agrees(json.dumps(any_record(2, note="x", nested={}, page=3) | {key: value}).encode())


@given(
    st.sampled_from(["image_size", "annotations"]) | st.sampled_from(["objects", "class-map"]),
    json_values,
)
def test_any_json_value_within_a_label_is_judged_alike(key: str, value: Any) -> None:
    record = any_record(2)
    record["bb" if key in record["bb"] else "bb-metadata"][key] = value
    assert agrees(json.dumps(record).encode())


@given(st.sampled_from(["left", "top", "width", "height", "class_id", "x"]), json_values)
def test_any_json_value_within_a_box_is_judged_alike(key: str, value: Any) -> None:
    assert agrees(json.dumps(any_record(2, any_box(**{key: value}))).encode())


@pytest.mark.parametrize("place", [b'"x"', b'"y"', b"dog", b"dogs", b"images", b"deep", b"left"])
@pytest.mark.parametrize(
    "bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xc3", b"\xf5\x80\x80\x80"]
)
def test_bytes_that_are_not_utf8_are_found_wherever_they_stand(place: bytes, bad: bytes) -> None:
    line = as_line(CHAINED)[:-1]
    assert FAST.read(line) is not None
    assert place in line
    assert FAST.read(line.replace(place, place[:-1] + bad + place[-1:])) is None


def test_a_key_that_occurs_twice_is_found_wherever_it_stands() -> None:
    line = as_line(CHAINED | {"bb-metadata": PLAIN["bb-metadata"]})[:-1]
    assert FAST.read(line) is not None
    for key in ("source-ref", "bb", "annotations", "left", "type", "confidence", "note", "y", "z"):
        for style in ('"%s": 1, ', '"%s" :1 ,', '"%s": "\\"", '):
            place = line.index(f'"{key}"'.encode())
            twice = line[:place] + (style % key).encode() + line[place:]
            assert FAST.read(twice) is None
            codes = [found.rule.code for found in SLOW.judge(twice, "bb").faults]
            assert "duplicate-key" in codes


# Values at, just below and just above every bound, and odd ways to write them.
BOUNDS = (0, 3, 272, 400, 439, 9_999, 2**31 - 1)
SPELLINGS = [
    *(f"{bound + off}" for bound in BOUNDS for off in (-1, 0, 1, -1e-7, 1e-7, 0.5, 1.0)),
    *("-0", "-0.0", "00", "+1", ".5", "1e0", "1E2", "1e-400", "1e400", "1e20", "9" * 20, "9" * 50),
    *("NaN", "-Infinity", "true", "null", '"0"', '""', "[]", "{}", ""),
]
FIELDS = ("class_id", "left", "top", "width", "height", "width\u00a0", "height\u00a0", "depth")
CLASS_MAPS = [
    *(f'{{"0":"dog","{key}":"x"}}' for key in (1, 9999, 10000, "-1", "01", "1.0", " 1", "x", "")),
    *(f'{{"{key}":"dog"}}' for key in ("0", "-0", "00", "+0", "0 ", "\\u0030", "\\u002d0", "0.0")),
    '{"0":"dog","-0":"dog"}',
    '{"0":"dog","\\u0030":"dog"}',
    *(f'{{"0":"{"n" * length}"}}' for length in (0, 1, 256, 257)),
    *(f'{{"0":{name}}}' for name in ('"\\ud800"', '"\\\\\\"\\\\"', '"\\u0022"', "1", "null", "{}")),
]
NESTED = [
    '{"a":1,"a":1}',
    '{"a":"\\"","a":2}',
    '[{"a":{"b":1,"b":1}}]',
    '{"a\\"":1,"a\\u0022":1}',
    '{"":"","a":[]}',
    '{"a":1e999}',
    '{"a":"\\ud800"}',
    "[" * 5 + "]" * 5,
    "[" * 6 + "]" * 6,
    "[" * 970 + "]" * 970,
    "[" * 990 + "]" * 990,
    "9" * 50,
]


def odd_lines() -> list[str]:
    text = json.dumps(any_record(7, nested={"a": 1}))
    size, box = '"width": 500, "height": 400, "depth": 3', '"width": 61, "height": 128'
    lines = []
    for field in FIELDS:
        old = size if "\u00a0" in field or field == "depth" else text[text.index('"class_id"') :]
        old = old.split("}")[0]
        name = field.strip("\u00a0")
        for spelling in SPELLINGS:
            start = old.index(f'"{name}": ') + len(name) + 4
            end = (old + ",").index(",", start)
            lines.append(text.replace(old, old[:start] + spelling + old[end:]))
    assert box in text
    lines += [text.replace('{"0": "dog"}', names) for names in CLASS_MAPS]
    lines += [text.replace('{"a": 1}', nested) for nested in NESTED]
    for shares in ("0.5 0.2 0.3 0.1", "0 0 1 1", "0 0 0.5 1", "1 1 1 1", "0 0 1 1.01"):
        start, end = text.index('"left"'), text.index("}", text.index('"left"'))
        left, top, width, height = shares.split()
        box = f'"left": {left}, "top": {top}, "width": {width}, "height": {height}'
        lines.append(text[:start] + box + text[end:])
    lines.append(text.replace('"nested"', '"source-ref-metadata"').replace('"a"', '"format"'))
    for ref in ("1.JpG", "1.jpeg", "1", ".png", "a/.png", "\\ud800.jpg", "1.gif", '\\".jpg'):
        lines.append(text.replace("000007.jpg", ref))
    return lines


ABOUT_OTHER_LINES = {"duplicate-image", "class-name-conflict"}


@pytest.mark.parametrize("line", odd_lines())
def test_a_line_is_judged_alike_wherever_it_stands(line: str) -> None:
    raw = line.encode() + b"\n"
    usual = manifest_of(*(any_record(n, nested={"a": 1}) for n in range(10, 30)))
    policy = any_policy(label_attribute="bb")
    judged = []
    for before in (b"", good_lines(1), usual, raw, usual + raw):
        number = before.count(b"\n") + 1
        result = run(before + raw + good_lines(90), policy)
        codes = {found.code for found in result.report.findings if number in found.lines}
        judged.append((codes - ABOUT_OTHER_LINES, raw in result.lines()))
    assert judged == judged[:1] * len(judged)
