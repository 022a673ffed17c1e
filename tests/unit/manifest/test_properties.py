"""Invariants over hostile input: nothing crashes, counts add up, nothing faulty passes as clean."""

import json
import random
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.manifest.clean import CleanLines
from lambdas.manifest.diagnose import diagnose
from tests.unit.manifest.manifests import (
    Result,
    any_box,
    any_policy,
    any_record,
    as_line,
    empty_record,
    failed_record,
    good_lines,
    manifest_of,
    run,
    unlabeled_record,
)

SMALLEST = 2 / 300

hostile_lines = st.sampled_from(
    [
        b"[" * 50_000,
        b'{"a":' * 15_000,
        b'{"source-ref": ' + b"9" * 90_000 + b"}",
        as_line(any_record(1, any_box(left=0))).replace(b'"left": 0', b'"left": ' + b"9" * 90_000),
        as_line(any_record(1, any_box(left=0))).replace(b'"left": 0', b'"left": 1e999'),
        b"\x00" * 1_000,
        b"\xff\xfe{\x00}\x00",
        b'"\\ud800"',
        as_line(any_record(1)).replace(b"dog", b"\\ud800"),
        as_line(any_record(1)).replace(b"images", b"\\ud800"),
        as_line(any_record(1)).replace(b"dog", "\u202egod\u2066".encode()),
        as_line(any_record(1)).replace(b"dog", b"\\u0000\\n\\u001b[31m"),
        b'{"bb": {}, "bb-metadata": {}}',
        b'{"-metadata": {"type": "groundtruth/object-detection"}}',
        b"\xef\xbb\xbf\xef\xbb\xbf{}",
        b"NaN",
        b"-",
    ]
)

records = st.one_of(
    st.builds(any_record, st.integers(0, 50)),
    st.builds(empty_record, st.integers(0, 50)),
    st.builds(failed_record, st.integers(0, 50), st.text(max_size=20)),
    st.builds(unlabeled_record, st.integers(0, 50)),
    st.builds(lambda n, x: any_record(n, any_box(left=x)), st.integers(0, 50), st.floats()),
    st.builds(lambda n, x: any_record(n, any_box(width=x)), st.integers(0, 50), st.integers()),
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=10), children, max_size=3)
    ),
    max_leaves=8,
)


def add_up(result: Result) -> None:
    report = result.report
    records = report.records
    assert records.total == (records.usable + records.failed + records.unlabeled + records.invalid)
    assert sum(report.fates().values()) == records.total
    written = report.split.train + report.split.validation
    assert written == records.usable - report.statistics.dropped_empty
    assert result.train.count(b"\n") == report.split.train
    assert result.validation.count(b"\n") == report.split.validation
    assert report.boxes == sum(found.boxes for found in report.classes.values())
    assert (report.verdict == "accepted") <= (report.split.validation > 0 < report.split.train)
    assert len(report.cause()) <= 1_500
    json.loads(report.to_json())
    json.dumps(report.summary())


@given(st.binary(max_size=2_000))
def test_no_bytes_crash_the_validator(data: bytes) -> None:
    add_up(run(data))
    add_up(run(data, any_policy(label_attribute="bb")))


@given(st.lists(hostile_lines, max_size=4), st.booleans())
def test_no_hostile_line_among_good_ones_crashes_it(lines: list[bytes], first: bool) -> None:
    hostile = b"".join(line.rstrip(b"\n") + b"\n" for line in lines)
    result = run(hostile + good_lines(90) if first else good_lines(90) + hostile)
    add_up(result)
    if not first:
        assert result.report.records.usable >= 90


@given(st.lists(records, max_size=12), st.sampled_from(["keep", "drop"]))
def test_counts_always_add_up(lines: list[Any], empty_images: Any) -> None:
    result = run(manifest_of(*lines), any_policy(empty_images=empty_images))
    add_up(result)
    assert result.report.records.total == len(lines) or result.codes & {"pretty-printed"}
    left_out = result.report.records.total - len(result.lines())
    assert len(result.rejected) == left_out


@given(st.lists(records, min_size=1, max_size=12))
def test_what_was_accepted_is_accepted_again_without_a_loss(lines: list[Any]) -> None:
    result = run(good_lines(60) + manifest_of(*lines))
    again = run(result.train, validation=result.validation)
    assert (again.train, again.validation) == (result.train, result.validation)
    assert again.report.records.invalid == 0
    assert again.report.classes == result.report.classes


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


def clean_lines() -> CleanLines:
    clean = CleanLines(SMALLEST)
    floats = any_record(1, any_box(left=1.5), metadata={"objects": [{"confidence": 0}]})
    chained = any_record(2, note="é", nested={"deep": ["x", {"y": 1}]}, page=3)
    for record in (any_record(0), floats, chained, any_record(3, any_box(), any_box(left=0))):
        diagnosis = diagnose(as_line(record)[:-1], "bb", frozenset(), SMALLEST)
        assert diagnosis.document is not None
        assert not diagnosis.faults
        clean.learn(diagnosis.document, "bb", "s3://images/0.jpg")
    return clean


CLEAN = clean_lines()


def agrees(line: bytes) -> bool:
    """Whether the fast path, where it takes the line, reads what the slow path reads."""
    fast = CLEAN.read(line)
    if fast is None:
        return True
    diagnosis = diagnose(line, "bb", frozenset(), SMALLEST)
    slow = diagnosis.record
    return (
        not diagnosis.faults
        and slow is not None
        and (fast.source_ref, fast.width, fast.height) == (slow.source_ref, slow.width, slow.height)
        and (fast.class_ids, fast.used, fast.names) == (slow.class_ids, slow.used, slow.names)
        and fast.tiny == slow.tiny
        and [(box.left, box.top, box.width, box.height) for box in fast.boxes]
        == [(box.left, box.top, box.width, box.height) for box in slow.boxes]
    )


def test_the_fast_path_takes_ordinary_lines() -> None:
    for record in (any_record(9), any_record(9, any_box(left=3.25), any_box()), empty_record(9)):
        assert CLEAN.read(as_line(record)[:-1]) is not None


def test_no_shape_is_kept_twice_when_lines_of_two_shapes_alternate() -> None:
    clean = clean_lines()
    kept = list(clean._shapes)
    for _ in range(10):
        for record in (any_record(9), any_record(9, note="é", nested={}, page=3)):
            assert clean.read(as_line(record)[:-1]) is not None
    assert sorted(map(id, clean._shapes)) == sorted(map(id, kept))


@example(0)
@given(st.integers(0, 10**9))
def test_the_fast_path_never_takes_a_line_in_which_the_slow_path_finds_a_fault(seed: int) -> None:
    chained = any_record(2, note="é", nested={"deep": ["x", {"y": 1}]}, page=3)
    for record in (any_record(5), any_record(5, any_box(left=1.5), any_box()), chained):
        assert agrees(mutated(as_line(record)[:-1], seed))


@given(st.sampled_from(["source-ref", "bb", "bb-metadata", "note"]), json_values)
def test_any_json_value_in_any_place_is_judged_alike(key: str, value: Any) -> None:
    record = any_record(2, note="x") | {key: value}
    line = json.dumps(record).encode()
    assert agrees(line)
    add_up(run(good_lines(30) + line))


@given(
    st.sampled_from(["image_size", "annotations"]) | st.sampled_from(["objects", "class-map"]),
    json_values,
)
def test_any_json_value_within_a_label_is_judged_alike(key: str, value: Any) -> None:
    record = any_record(2)
    record["bb" if key in record["bb"] else "bb-metadata"][key] = value
    line = json.dumps(record).encode()
    assert agrees(line)
    add_up(run(good_lines(30) + line))


@given(st.sampled_from(["left", "top", "width", "height", "class_id", "x"]), json_values)
def test_any_json_value_within_a_box_is_judged_alike(key: str, value: Any) -> None:
    line = json.dumps(any_record(2, any_box(**{key: value}))).encode()
    assert agrees(line)
    add_up(run(good_lines(30) + line))


def test_bytes_that_are_not_utf8_are_found_even_in_what_is_passed_through() -> None:
    chained = any_record(2, note="é", nested={"deep": ["x", {"y": 1}]}, page=3)
    line = as_line(chained)[:-1]
    assert CLEAN.read(line) is not None
    assert CLEAN.read(line.replace(b'"x"', b'"\xff"')) is None


def test_a_key_that_occurs_twice_is_found_wherever_it_stands() -> None:
    line = as_line(any_record(2, note="x"))[:-1]
    for key in (b"source-ref", b"bb", b"annotations", b"left", b"type", b"note", b"confidence"):
        for style in (b'"%s": 1, ', b'"%s" :1 ,'):
            place = line.index(b'"' + key + b'"')
            twice = line[:place] + style % key + line[place:]
            assert CLEAN.read(twice) is None
            codes = [found.code for found in diagnose(twice, "bb", frozenset(), 0.0).faults]
            assert "duplicate-key" in codes
