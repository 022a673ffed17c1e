"""RecordIO framing, in which SageMaker hands records to an algorithm in Pipe mode.

A record is the magic number, its length, the payload and zeros up to a multiple of four bytes, the
two numbers little-endian (MXNet's recordio.h).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

MAGIC = 0xCED7230A
_HEADER = struct.Struct("<II")
_LENGTH_BITS = (1 << 29) - 1


class NotRecordIO(ValueError):
    """The bytes on the pipe are not RecordIO records."""


def frame(payload: bytes) -> bytes:
    """Frame one payload as a RecordIO record.

    Raises:
        ValueError: the payload is longer than a record's 29 length bits can say.
    """
    if len(payload) > _LENGTH_BITS:
        raise ValueError(f"a record holds at most {_LENGTH_BITS} bytes, found {len(payload)}")
    padding = -len(payload) % 4
    return _HEADER.pack(MAGIC, len(payload)) + payload + bytes(padding)


def payloads(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the payloads of a stream of records, whose chunks may be cut anywhere.

    Raises:
        NotRecordIO: a header has no magic number, or the stream ends within a record.
    """
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while (payload := _take(pending)) is not None:
            yield payload
    if pending:
        raise NotRecordIO("The stream ends within a record")


def _take(pending: bytearray) -> bytes | None:
    if len(pending) < _HEADER.size:
        return None
    magic, length = _HEADER.unpack_from(pending)
    if magic != MAGIC:
        raise NotRecordIO("The Record IO header does not start with the magic number")
    length &= _LENGTH_BITS
    end = _HEADER.size + length
    if len(pending) < end + (-length % 4):
        return None
    payload = bytes(pending[_HEADER.size : end])
    del pending[: end + (-length % 4)]
    return payload
