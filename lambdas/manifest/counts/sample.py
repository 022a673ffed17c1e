"""Keeps an even, bounded sample of images and boxes, for the figures and pictures in the report."""

from collections import Counter
from typing import NamedTuple

from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.provenance import Provenance, provenance
from lambdas.manifest.line.record import Box, Record
from lambdas.manifest.report_statistics import SampleBox, SampleRecord

MOST_BOXES = 8_192
MOST_IMAGES = 24  # that are drawn; so many are kept, however many boxes each has
MOST_DRAWN = 100
MOST_FOUND = 12  # codes with an image
MOST_FIRSTS = 100  # classes of which the first image is kept
MOST_RARE = 6


class SampledBox(NamedTuple):
    """A box whose place and size are shares of its image."""

    class_id: int
    left: float
    top: float
    width: float
    height: float


class SampledImage(NamedTuple):
    """An image in the sample, with all its boxes in pixels; ``about`` is what metadata says."""

    line: int
    manifest: ManifestName
    source_ref: str
    width: int
    height: int
    boxes: list[Box]
    about: Provenance


class Sample:
    """Every record until the sample is full, then every second line, every fourth and so on.

    Each box of the manifest ends up in it with about the same chance, so shapes of histograms
    hold. due: the line from which on the next record is wanted.
    """

    def __init__(self) -> None:
        self.images: list[SampledImage] = []
        self._boxes = 0
        self._found: dict[str, SampleRecord] = {}
        self._firsts: dict[int, SampleRecord] = {}
        self._every = 1
        self.begin()

    def begin(self) -> None:
        """Lines count from 1 again, for the next manifest."""
        self.due = 0

    def take(self, record: Record, line: int, manifest: ManifestName) -> None:
        """Take the first usable record that is due."""
        width, height = int(record.width), int(record.height)
        image = SampledImage(
            line, manifest, record.source_ref, width, height, record.boxes, provenance(record.about)
        )
        self.images.append(image)
        self._boxes += _room(image)
        while len(self.images) > MOST_IMAGES and self._boxes > MOST_BOXES:
            del self.images[::2]
            self._boxes = sum(map(_room, self.images))
            self._every *= 2
        self.due = line + self._every

    def boxes(self) -> list[SampledBox]:
        """Return the sampled boxes; all of them, if there are no more than ``MOST_BOXES``."""
        boxes = [
            SampledBox(
                box.class_id,
                box.left / image.width,
                box.top / image.height,
                box.width / image.width,
                box.height / image.height,
            )
            for image in self.images
            for box in image.boxes
        ]
        return boxes[:: -(-len(boxes) // MOST_BOXES) or 1]

    def take_found(
        self, record: Record | SampledImage, line: int, manifest: ManifestName, codes: list[str]
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

    def spread(self) -> list[SampleRecord]:
        """Return at most ``MOST_IMAGES`` images, spread over the whole length of the manifest."""
        kept = len(self.images)
        some = min(kept, MOST_IMAGES)
        chosen = (self.images[number * kept // some] for number in range(some))
        return [_drawn(image, image.line, image.manifest) for image in chosen]


def _room(image: SampledImage) -> int:
    """Return the boxes that an image counts for, one at least: what is kept has to stay bounded."""
    return max(len(image.boxes), len(image.about.confidences), 1)


def _drawn(record: Record | SampledImage, line: int, manifest: ManifestName) -> SampleRecord:
    boxes = [
        SampleBox(box.class_id, box.left, box.top, box.width, box.height)
        for box in record.boxes[:MOST_DRAWN]
    ]
    width, height = int(record.width), int(record.height)
    return SampleRecord(line, manifest, record.source_ref, width, height, boxes)
