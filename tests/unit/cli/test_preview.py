"""The first records as people read them, whatever is in them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cli.preview import FirstLines, preview
from tests.unit.cli.runs import RECORD, any_records, validate, write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


def shown(lines: list[tuple[int, bytes]], attribute: str | None = "bb") -> str:
    console = Console(file=io.StringIO(), width=120)
    for record in preview(lines, attribute):
        console.print(record)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def words(text: str) -> str:
    return " ".join(text.split())


def test_a_record_shows_image_size_and_each_box_with_class_name_and_confidence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = write(tmp_path / "output.manifest", any_records(3))
    text = words(validate(capsys, path, "--preview", 2).out)
    assert "line 1 s3://images/0.jpg 400 × 300 × 3, 1 box" in text
    assert "class left top width height confidence dog 10 20 30 40 0.75" in text
    assert "line 2 s3://images/1.jpg" in text
    assert "line 3 s3://images/2.jpg" not in text


def test_blank_lines_count_but_are_not_shown() -> None:
    stream = FirstLines(io.BytesIO(b"\n\n{}\n  \n[1]\n{}\n"), 2)
    drain(stream)
    assert stream.lines() == [(3, b"{}"), (5, b"[1]")]


def test_only_what_is_wanted_is_remembered() -> None:
    stream = FirstLines(io.BytesIO(b"{}\n" * 1_000_000), 2)
    drain(stream)
    assert len(stream._seen) <= 1 << 18


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    stream = FirstLines(io.BytesIO(b"x" * 5_000_000), 1)
    drain(stream)
    assert len(stream._seen) < 1_000_000


def test_a_failed_record_shows_the_reason() -> None:
    line = b'{"source-ref": "s3://images/1.jpg", "bb-metadata": {"failure-reason": "expired"}}'
    assert "no label: expired" in shown([(1, line)])


@pytest.mark.parametrize("line", [b"{broken", b"[1]", b"\xff\xfe", b"[" * 100_000])
def test_a_line_that_is_no_record_is_shown_as_it_is(line: bytes) -> None:
    assert "line 7: no record" in shown([(7, line)])


def test_a_byte_order_mark_does_not_hide_the_first_record() -> None:
    assert "no record" not in shown([(1, b'\xef\xbb\xbf{"source-ref": "s3://images/1.jpg"}')])


@given(label=JSON, metadata=JSON, name=st.sampled_from(["image_size", "annotations", "objects"]))
def test_nothing_in_a_record_breaks_the_preview(label: Any, metadata: Any, name: str) -> None:
    whole = {"source-ref": label, "bb": label, "bb-metadata": metadata}
    inside = {**RECORD, "bb": {**RECORD["bb"], name: label}}
    classes = {**RECORD, "bb-metadata": {"class-map": {"0": label}, "objects": [metadata]}}
    for record in (whole, inside, classes):
        assert "line 1" in shown([(1, json.dumps(record).encode())])


def drain(stream: FirstLines) -> None:
    buffer = bytearray(1 << 18)
    while stream.readinto(buffer):
        pass
