"""Keeps an even, bounded sample of images and boxes, for the pictures in the report."""

from array import array
from collections import Counter
from typing import NamedTuple

from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.provenance import Provenance, provenance
from lambdas.manifest.line.record import Record
from lambdas.manifest.report import SampleBox, SampleRecord

MOST_BOXES = 8_192
MOST_IMAGES = 24
MOST_DRAWN = 100
MOST_FOUND = 12  # codes with an image
MOST_FIRSTS = 100  # classes of which the first image is kept
MOST_RARE = 6


class SampledBox(NamedTuple):
    """A box whose place and size are shares of its image."""

    class_id: float
    left: float
    top: float
    width: float
    height: float


_NUMBERS = len(SampledBox._fields)


class Sample:
    """Every record until the sample is full, then every second line, every fourth and so on.

    Each box of the manifest ends up in it with about the same chance, so shapes of histograms
    hold. due: the line from which on the next record is wanted.
    """

    def __init__(self) -> None:
        self._boxes = array("d")
        self._lines: list[tuple[Provenance, int, int]] = []
        self._found: dict[str, SampleRecord] = {}
        self._firsts: dict[int, SampleRecord] = {}
        self._images: list[SampleRecord] = []
        self._measure_every = self._draw_every = 1
        self.begin()

    def begin(self) -> None:
        """Lines count from 1 again, for the next manifest."""
        self.due = self._measure_due = self._draw_due = 0

    def take(self, record: Record, line: int, manifest: ManifestName) -> None:
        """Look at the first usable record that is due."""
        if line >= self._measure_due:
            self._measure(record)
            self._measure_due = line + self._measure_every
        if line >= self._draw_due:
            self._draw(record, line, manifest)
            self._draw_due = line + self._draw_every
        self.due = min(self._measure_due, self._draw_due)

    def boxes(self) -> list[SampledBox]:
        """Return the sampled boxes; all of them, if there are no more than ``MOST_BOXES``."""
        numbers = iter(self._boxes)
        return list(map(SampledBox, numbers, numbers, numbers, numbers, numbers))

    def lines(self) -> list[tuple[Provenance, int, int]]:
        """Return what metadata says of the lines whose boxes were sampled, and the image size."""
        return self._lines

    def take_found(
        self, record: Record, line: int, manifest: ManifestName, codes: list[str]
    ) -> None:
        """Keep the first image of each code, to be drawn."""
        new = [code for code in codes if code not in self._found]
        if new and len(self._found) < MOST_FOUND:
            drawn = _drawn(record, line, manifest)
            drawn.codes = codes
            self._found.update(dict.fromkeys(new, drawn))

    def take_first(self, record: Record, line: int, manifest: ManifestName) -> None:
        """Keep the first image of each class, to be drawn if the class turns out to be rare."""
        for class_id in record.used - self._firsts.keys():
            if len(self._firsts) < MOST_FIRSTS:
                self._firsts[class_id] = _drawn(record, line, manifest)

    def found(self) -> list[SampleRecord]:
        """Return the images of findings."""
        return list({id(record): record for record in self._found.values()}.values())

    def rare(self, boxes: Counter[int]) -> list[SampleRecord]:
        """Return the first images of the classes with the fewest boxes."""
        rarest = sorted(self._firsts, key=lambda class_id: (boxes[class_id], class_id))
        return [self._firsts[class_id] for class_id in rarest[:MOST_RARE]]

    def images(self) -> list[SampleRecord]:
        """Return at most ``MOST_IMAGES`` images, spread over the whole length of the manifest."""
        kept = len(self._images)
        some = min(kept, MOST_IMAGES)
        return [self._images[number * kept // some] for number in range(some)]

    def _measure(self, record: Record) -> None:
        size = int(record.width), int(record.height)
        self._lines.append((provenance(record.about), *size))
        width, height = record.width, record.height
        self._boxes.extend(
            [
                number
                for box in record.boxes
                for number in (
                    box.class_id,
                    box.left / width,
                    box.top / height,
                    box.width / width,
                    box.height / height,
                )
            ]
        )
        while len(self._boxes) > MOST_BOXES * _NUMBERS:
            self._halve()

    def _halve(self) -> None:
        kept = array("d")
        for start in range(0, len(self._boxes), 2 * _NUMBERS):
            kept.extend(self._boxes[start : start + _NUMBERS])
        self._boxes = kept
        self._lines = self._lines[::2]
        self._measure_every *= 2

    def _draw(self, record: Record, line: int, manifest: ManifestName) -> None:
        self._images.append(_drawn(record, line, manifest))
        if len(self._images) == 2 * MOST_IMAGES:
            self._images = self._images[1::2]
            self._draw_every *= 2


def _drawn(record: Record, line: int, manifest: ManifestName) -> SampleRecord:
    boxes = [
        SampleBox(box.class_id, box.left, box.top, box.width, box.height)
        for box in record.boxes[:MOST_DRAWN]
    ]
    width, height = int(record.width), int(record.height)
    return SampleRecord(line, manifest, record.source_ref, width, height, boxes)
