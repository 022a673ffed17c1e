"""Finds images that occur twice, by 64-bit hashes, in constant memory however long the manifest."""

import tempfile
from array import array
from bisect import insort
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from lambdas.manifest.counts.findings import KEPT_LINES, Findings
from lambdas.manifest.format import ManifestName
from lambdas.manifest.rules.rule import GOOD_PRACTICE, Rule

DUPLICATE_IMAGE = Rule(
    code="duplicate-image",
    severity="warning",
    title="The same image on several lines",
    template="the image of an earlier line occurs again; it counts twice in training",
    fix="Keep one line for each source-ref, the one with the better labels.",
    source=GOOD_PRACTICE,
)

IMAGE_IN_BOTH_MANIFESTS = Rule(
    code="image-in-both-manifests",
    severity="warning",
    title="A validation image is also trained on",
    template="the image is in the train manifest as well, so the score will be too good",
    fix="Remove the image from one of the two manifests.",
    source=GOOD_PRACTICE,
)

RULES = (DUPLICATE_IMAGE, IMAGE_IN_BOTH_MANIFESTS)

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

    def report_to(self, findings: Findings) -> None:
        """Say which images occur again."""
        for found in self.repeated():
            rule = DUPLICATE_IMAGE if found.same_manifest else IMAGE_IN_BOTH_MANIFESTS
            manifest: ManifestName = "validation" if found.in_validation else "train"
            findings.summarize(rule.fault(), found.count, found.lines, manifest)

    def repeated(self) -> list[Repeat]:
        """Return how often images occur again, by kind, with the first lines on which they do."""
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
