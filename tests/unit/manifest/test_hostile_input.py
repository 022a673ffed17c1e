"""Invariants over hostile input: nothing crashes, counts add up, nothing faulty passes as clean."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

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
    assert written == (
        records.usable - report.statistics.dropped_empty - report.statistics.dropped_by_verdict
    )
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
