"""RecordIO framing."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.sagemaker.recordio import MAGIC, NotRecordIO, frame, payloads


def test_a_record_is_magic_length_payload_and_padding_to_four_bytes() -> None:
    assert frame(b"abcde") == struct.pack("<II", MAGIC, 5) + b"abcde\0\0\0"


@given(st.lists(st.binary(max_size=40)), st.integers(min_value=1, max_value=50))
def test_what_is_framed_comes_out_again_however_the_stream_is_cut(
    contents: list[bytes], size: int
) -> None:
    stream = b"".join(frame(content) for content in contents)
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    assert list(payloads(chunks)) == contents


def test_bytes_without_the_magic_number_are_no_records() -> None:
    with pytest.raises(NotRecordIO, match="does not start with the magic number"):
        list(payloads([b'{"annotations": []}']))


@given(st.binary(min_size=1, max_size=40), st.integers(min_value=1, max_value=11))
def test_a_stream_that_ends_within_a_record_is_refused(content: bytes, missing: int) -> None:
    stream = frame(content)
    cut = stream[: max(1, len(stream) - missing)]
    with pytest.raises(NotRecordIO):
        list(payloads([cut]))
