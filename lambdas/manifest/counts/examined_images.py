"""What was found in the images before their manifest is validated with it."""

from array import array
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from typing import NamedTuple

from lambdas.manifest.format import ManifestName
from lambdas.manifest.rules.rule import Fault

_BUCKETS = 256


class KnownImage(NamedTuple):
    """What is known of the image of a line.

    content: the same for all images with the same bytes, if it has those of another one.
    """

    faults: list[Fault]
    content: int | None = None


class ExaminedImages:
    """The faults of images by line, and which of them have the same bytes.

    Holds 16 bytes an image besides the faults.

    Attributes:
        examined: images that were looked at.
        content_unknown: those of which nobody can tell whether another one has the same bytes.
    """

    def __init__(self) -> None:
        self.examined = 0
        self.content_unknown = 0
        self._faults: dict[ManifestName, dict[int, list[Fault]]] = {"train": {}, "validation": {}}
        self._contents = [array("Q") for _ in range(_BUCKETS)]

    def add_fault(self, fault: Fault, line: int, manifest: ManifestName) -> None:
        """Take something that is wrong with the image of a line."""
        self._faults[manifest].setdefault(line, []).append(fault)

    def add_content(self, content: int, line: int, manifest: ManifestName) -> None:
        """Take the ``content_hash`` of the image of a line."""
        self._contents[content >> 56].extend((content, 2 * line + (manifest == "validation")))

    def by_line(self) -> dict[ManifestName, dict[int, KnownImage]]:
        """Return by manifest and line the images that have a fault, or the bytes of another."""
        known: dict[ManifestName, dict[int, KnownImage]] = {
            manifest: {line: KnownImage(faults) for line, faults in by_line.items()}
            for manifest, by_line in self._faults.items()
        }
        for content, position in self._repeated():
            images = known["validation" if position & 1 else "train"]
            faults = self._faults["validation" if position & 1 else "train"]
            images[position >> 1] = KnownImage(faults.get(position >> 1, []), content)
        return known

    def _repeated(self) -> Iterable[tuple[int, int]]:
        for bucket in self._contents:
            hashes = bucket[::2]
            times = Counter(hashes)
            if len(times) < len(hashes):
                for content, position in zip(hashes, bucket[1::2], strict=True):
                    if times[content] > 1:
                        yield content, position


def content_hash(content: str) -> int:
    """Return 64 bits by which the contents of images are told apart."""
    return int.from_bytes(blake2b(content.encode(), digest_size=8).digest(), "big")
