"""Cuts the raw byte stream of a manifest into batches of lines, in constant memory."""

from collections.abc import Callable, Iterator
from typing import Protocol

from lambdas.manifest.format import MAX_BYTES

CHUNK = 1 << 18


class RawStream(Protocol):
    """A byte stream such as an unbuffered file or the body of an S3 object."""

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        """Fill ``buffer`` from its start; return the number of bytes read, 0 at the end."""


def batches(
    stream: RawStream, on_read: Callable[[int], None] | None = None
) -> Iterator[list[bytes]]:
    """Yield lists of consecutive lines without their line feed.

    Carriage returns and blank lines are kept. A line longer than ``MAX_BYTES`` is cut somewhere
    beyond that and the rest of it skipped, so that one without end can't fill the memory.
    ``on_read`` gets the number of bytes of each chunk read.
    """
    rest = b""
    skipping = False
    for chunk in _chunks(stream):
        if on_read is not None:
            on_read(len(chunk))
        lines = chunk.split(b"\n")
        if skipping:
            del lines[0]
        else:
            lines[0] = rest + lines[0]
        if lines:
            rest = lines.pop()
            skipping = len(rest) > MAX_BYTES
        if skipping and rest:
            lines.append(rest)
            rest = b""
        if lines:
            yield lines
    if rest:
        yield [rest]


def _chunks(stream: RawStream) -> Iterator[bytes]:
    buffer = bytearray(CHUNK)
    view = memoryview(buffer)
    while True:
        filled = 0
        while filled < CHUNK and (count := stream.readinto(view[filled:])):
            filled += count
        if not filled:
            return
        yield bytes(view[:filled])
