"""Finds images that occur twice, by 64-bit hashes, in constant memory however long the manifest."""

import tempfile
from array import array
from bisect import insort
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from lambdas.manifest.findings import KEPT_LINES

BUCKETS = 256
LIMIT = 1 << 18  # hashes kept in memory: 16 bytes each with their line


@dataclass(slots=True)
class Repeat:
    """Further occurrences of images in one manifest, whose first is in the same one or not."""

    in_validation: bool
    same_manifest: bool
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def note(self, line: int) -> None:
        """Count one more; of the lines, the lowest are kept."""
        self.count += 1
        insort(self.lines, line)
        del self.lines[KEPT_LINES:]


class SeenImages:
    """Pairs of hash and position by bucket; spilled to temporary files above `limit` pairs.

    Two images share a 64-bit hash by chance once in some 370,000 manifests of ten million lines.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buckets = [array("Q") for _ in range(BUCKETS)]
        self._files: list[IO[bytes]] = []
        self._open = ExitStack()

    @property
    def buckets(self) -> list["array[int]"]:
        """By the hash's upper eight bits; to be appended: the hash, then the position.

        The position is twice the line, plus one in the validation manifest.
        """
        return self._buckets

    def settle(self) -> None:
        """Spill if there are too many; to be called now and then."""
        if sum(map(len, self._buckets)) < 2 * self._limit:
            return
        if not self._files:
            files = (tempfile.TemporaryFile() for _ in self._buckets)  # noqa: SIM115 - on the stack
            self._files = [self._open.enter_context(file) for file in files]
        for bucket, file in zip(self._buckets, self._files, strict=True):
            file.write(bucket)
            del bucket[:]

    def repeated(self) -> list[Repeat]:
        """How often images occur again, by kind, with the first lines on which they do."""
        found: dict[tuple[bool, bool], Repeat] = {}
        with self._open:
            for number, bucket in enumerate(self._buckets):
                for position, first in _repeats(self._whole(number, bucket)):
                    kind = bool(position & 1), position & 1 == first & 1
                    found.setdefault(kind, Repeat(*kind)).note(position >> 1)
                del bucket[:]
        return list(found.values())

    def _whole(self, number: int, bucket: "array[int]") -> "array[int]":
        if not self._files:
            return bucket
        file = self._files[number]
        file.seek(0)
        pairs = array("Q")
        pairs.frombytes(file.read())
        return pairs + bucket


def _repeats(pairs: "array[int]") -> Iterator[tuple[int, int]]:
    hashes = pairs[::2]
    if len(set(hashes)) == len(hashes):
        return
    first: dict[int, int] = {}
    for key, position in zip(hashes, pairs[1::2], strict=True):
        if key in first:
            yield position, first[key]
        else:
            first[key] = position
