"""Finds images that occur twice, by 64-bit hashes, in constant memory for any manifest."""

import tempfile
from array import array
from bisect import insort
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO

from lambdas.manifest.counts.findings import KEPT_LINES, Findings
from lambdas.manifest.format import ManifestName
from lambdas.manifest.rules.rule import CHAINING, GOOD_PRACTICE, Rule

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

DUPLICATE_IMAGE_CONTRADICTS = Rule(
    code="duplicate-image-contradicts",
    severity="error",
    title="The same image on several lines, with different boxes",
    template="the image of an earlier line occurs again with other boxes: one of the two is wrong, "
    "and training would learn both",
    fix="Keep one line for each source-ref. Manifests of several jobs over the same images are "
    "joined by a chained job that adjusts the labels, not by putting their lines together.",
    source=CHAINING,
    scope="manifest",
)

RULES = (DUPLICATE_IMAGE, IMAGE_IN_BOTH_MANIFESTS, DUPLICATE_IMAGE_CONTRADICTS)

BUCKETS = 256
LIMIT = 1 << 18  # images kept in memory: 24 bytes each with their line and boxes' signature


@dataclass(slots=True)
class Repeat:
    """Further occurrences of images in one manifest: where the first is, whether boxes differ."""

    in_validation: bool
    same_manifest: bool
    contradicts: bool
    count: int = 0
    lines: list[int] = field(default_factory=list)

    def note(self, line: int) -> None:
        """Count one more; of the lines, the lowest are kept."""
        self.count += 1
        insort(self.lines, line)
        del self.lines[KEPT_LINES:]


class SeenImages:
    """What is known of each image by bucket; spilled to temporary files above ``limit`` images.

    Two images share a 64-bit hash by chance once in some 370,000 manifests of ten million lines.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buckets = [array("Q") for _ in range(BUCKETS)]
        self._files: list[IO[bytes]] = []
        self._open = ExitStack()

    @property
    def buckets(self) -> list["array[int]"]:
        """By the hash's upper eight bits; to be appended: hash, position, signature of the boxes.

        The position is twice the line, plus one in the validation manifest.
        """
        return self._buckets

    def settle(self) -> None:
        """Spill if there are too many; to be called now and then."""
        if sum(map(len, self._buckets)) < 3 * self._limit:
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
            if found.contradicts:
                rule = DUPLICATE_IMAGE_CONTRADICTS
            manifest: ManifestName = "validation" if found.in_validation else "train"
            findings.summarize(rule.fault(), found.count, found.lines, manifest)

    def repeated(self) -> list[Repeat]:
        """Return how often images occur again, by kind, with the first lines on which they do."""
        found: dict[tuple[bool, bool, bool], Repeat] = {}
        with self._open:
            for number, bucket in enumerate(self._buckets):
                for position, first, differs in _repeats(self._whole(number, bucket)):
                    kind = bool(position & 1), position & 1 == first & 1, differs
                    found.setdefault(kind, Repeat(*kind)).note(position >> 1)
                del bucket[:]
        return list(found.values())

    def _whole(self, number: int, bucket: "array[int]") -> "array[int]":
        if not self._files:
            return bucket
        file = self._files[number]
        file.seek(0)
        images = array("Q")
        images.frombytes(file.read())
        return images + bucket


def _repeats(images: "array[int]") -> Iterator[tuple[int, int, bool]]:
    """Yield the position of each repeated image, that of its first, and whether boxes differ."""
    hashes = images[::3]
    if len(set(hashes)) == len(hashes):
        return
    first: dict[int, tuple[int, int]] = {}
    for key, position, boxes in zip(hashes, images[1::3], images[2::3], strict=True):
        if key in first:
            first_position, first_boxes = first[key]
            yield position, first_position, boxes != first_boxes
        else:
            first[key] = position, boxes
