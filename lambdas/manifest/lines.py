"""Cuts the raw byte stream of a manifest into batches of lines, in constant memory."""

from collections.abc import Callable, Iterator
from typing import Protocol

MAX_CHARACTERS = 100_000  # of a record; see the rule line-too-long
MAX_BYTES = 4 * MAX_CHARACTERS  # UTF-8 takes at most four bytes for a character
CHUNK = 1 << 18


class RawStream(Protocol):
    """A byte stream such as an unbuffered file or the body of an S3 object."""

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        """Fill `buffer` from its start; the number of bytes read, 0 at the end."""


def batches(
    stream: RawStream, progress: Callable[[int], None] | None = None
) -> Iterator[list[bytes]]:
    """Lists of consecutive lines without their line feed; carriage returns and blanks are kept.

    A line longer than MAX_BYTES is cut somewhere beyond that and the rest of it skipped, so that
    one without end can't fill the memory. `progress` gets the number of bytes of each chunk read.
    """
    rest = b""
    skipping = False
    for chunk in _chunks(stream):
        if progress is not None:
            progress(len(chunk))
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
