"""The sample of images in the page: their pictures, as far as they are to be had, and boxes."""

import base64
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lambdas.manifest.report import Report
from lambdas.manifest.report_statistics import SampleBox, SampleRecord
from lambdas.pages.visible import visible

MOST_PICTURE_BYTES = 300_000
MOST_BYTES = 3_000_000
"""Of all pictures together: the page stays small enough to mail."""

MOST_FRAMES = 8
"""Empty frames with boxes, where there is not a single picture."""

MOST_NAMES = 8
LONGEST_NAME = 60
"""Classes named below an image, and characters of each."""

PALETTE = 8
"""Colours that boxes take in turn by class id; the style sheet has them."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of the data set, in a format that browsers show."""

    content: bytes
    media_type: Literal["image/jpeg", "image/png"]

    def data_uri(self) -> str:
        """Return the picture as text for the page."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.content).decode()}"


@dataclass(frozen=True, slots=True)
class Legend:
    """A class in an image: its name, its boxes that are drawn, and the number of its colour."""

    name: str
    boxes: int
    colour: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box in the coordinates of its image."""

    box: SampleBox
    name: str
    colour: int


@dataclass(frozen=True, slots=True)
class Sample:
    """An image of the page."""

    record: SampleRecord
    name: str
    source: str | None
    boxes: list[Drawn]
    legend: list[Legend]
    more_classes: int


@dataclass(frozen=True, slots=True)
class Samples:
    """What the page shows of the data set itself, and a sentence on what it does not."""

    images: list[Sample]
    caption: str


def samples(report: Report, pictures: Mapping[str, Picture]) -> Samples:
    """Return the images to show: those with a picture, or, without any, frames with boxes."""
    records = report.statistics.drawn()
    names = {class_id: counted.name for class_id, counted in report.classes.items()}
    sources = dict(_within_limits(records, pictures))
    if not records:
        return Samples([], "There is no usable record.")
    if not sources:
        shown = [_sample(record, names, None) for record in records[:MOST_FRAMES]]
        return Samples(
            shown,
            f"Boxes of {len(shown)} usable records on empty frames: the images were not to be had.",
        )
    shown = [
        _sample(record, names, sources[record.source_ref])
        for record in records
        if record.source_ref in sources
    ]
    missing = len(records) - len(shown)
    rest = f" {missing} more were sampled, but not to be had or too large." if missing else ""
    return Samples(shown, f"{len(shown)} of {report.records.usable:,} usable records.{rest}")


def _within_limits(
    records: list[SampleRecord], pictures: Mapping[str, Picture]
) -> Iterator[tuple[str, str]]:
    left = MOST_BYTES
    for record in records:
        picture = pictures.get(record.source_ref)
        if picture is not None and len(picture.content) <= min(MOST_PICTURE_BYTES, left):
            left -= len(picture.content)
            yield record.source_ref, picture.data_uri()


def _sample(record: SampleRecord, names: Mapping[str, str], source: str | None) -> Sample:
    drawn = [
        Drawn(
            box,
            visible(names.get(str(box.class_id), str(box.class_id)), LONGEST_NAME),
            box.class_id % PALETTE,
        )
        for box in record.boxes
    ]
    counted = Counter((each.name, each.colour) for each in drawn).most_common()
    return Sample(
        record,
        record.source_ref.rpartition("/")[2],
        source,
        drawn,
        [Legend(name, boxes, colour) for (name, colour), boxes in counted[:MOST_NAMES]],
        max(len(counted) - MOST_NAMES, 0),
    )
