"""What the checking contestants share: sorting out parsed records, streaming, with plain Python.

The rules are those of the validator as far as a line that is clean goes; a line with any fault is
merely set aside, without saying why, which favours the contestants.
"""

from collections import Counter
from contextlib import ExitStack
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO

from benchmarks.validate_manifest.result import Result

FRACTION = int(0.2 * (1 << 64))
IMAGE_TYPES = (".jpg", ".jpeg", ".png")
SMALLEST = 2 / 300
MAX_CHARACTERS = 100_000


class Faulty(ValueError):
    """The line is not clean."""


class Sorter:
    """Counts clean records and writes them to the side of the split where they belong."""

    def __init__(self, out: Path, files: ExitStack) -> None:
        self._train = self._open(out / "train.manifest", files)
        self._validation = self._open(out / "validation.manifest", files)
        self._rejected = self._open(out / "rejected.jsonl", files)
        self._seen: dict[int, int] = {}
        self._names: dict[str, str] = {}
        self._boxes: Counter[int] = Counter()
        self._images: Counter[int] = Counter()
        self._per_image: Counter[int] = Counter()
        self._tiny = self._repeated = self._contradicting = 0
        self.lines = self.usable = 0

    def reject(self, raw: bytes) -> None:
        """Set a line aside."""
        self._rejected.write(raw)

    def take(
        self, raw: bytes, source_ref: str, width: float, height: float, boxes: list[Any], names: Any
    ) -> None:
        """Take a record whose boxes are tuples of class id, left, top, width and height."""
        if not source_ref.startswith("s3://") or not source_ref.lower().endswith(IMAGE_TYPES):
            raise Faulty
        if len(set(boxes)) != len(boxes):
            raise Faulty
        for class_id, left, top, box_width, box_height in boxes:
            if left + box_width > width or top + box_height > height or str(class_id) not in names:
                raise Faulty
        for key, name in names.items():
            if self._names.setdefault(key, name) != name:
                raise Faulty
        self._count(boxes, width * SMALLEST, height * SMALLEST)
        digest = blake2b(source_ref.encode(), digest_size=8, person=b"gt-train split").digest()
        key = int.from_bytes(digest, "big")
        drawn = hash(frozenset(boxes))
        if key in self._seen:
            self._repeated += 1
            self._contradicting += self._seen[key] != drawn
        else:
            self._seen[key] = drawn
        (self._validation if key < FRACTION else self._train).write(raw)
        self.usable += 1

    def _count(self, boxes: list[Any], narrow: float, low: float) -> None:
        self._per_image[len(boxes)] += 1
        for class_id, _, _, width, height in boxes:
            self._boxes[class_id] += 1
            if width < narrow or height < low:
                self._tiny += 1
        for class_id in {box[0] for box in boxes}:
            self._images[class_id] += 1

    def result(self) -> Result:
        """Return the counts."""
        return Result(self.lines, self.usable, self._boxes.total(), len(self._names))

    def _open(self, path: Path, files: ExitStack) -> BinaryIO:
        return files.enter_context(path.open("wb", buffering=1 << 20))
