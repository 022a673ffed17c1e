"""Takes in an evaluation's images one by one and keeps of each what the metrics need.

All detections stay in memory, as numbers in arrays: about 60 bytes each.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter

from lambdas.evaluation.boxes import ALL, AREAS, Detection, Truth, TruthBox, area_ranges
from lambdas.evaluation.matching import BEYOND, LIMIT, NOTHING, Outcome, match
from lambdas.evaluation.overlaps import overlaps, plain_overlaps
from lambdas.evaluation.voc_matching import VocRule, nearest, nearest_of, voc_hits

FIRST = (1, 10)
"""Besides LIMIT, the numbers of detections for which COCO gives a recall."""

_score = itemgetter(1)


@dataclass(slots=True)
class ClassColumns:
    """One class over all images so far; detections are numbered in the order of the images.

    rows: of the detections among all. ranges: the mask of the areas that a detection counts in,
    none beyond the first LIMIT. matched, outcomes: those that hit a box by COCO's rules. voc_hits,
    voc_ignored: those that hit one, or a difficult one, by VOC's. first: for each of FIRST, how
    many hits have which mask of thresholds. truth, voc_truth: boxes that count, for each area and
    for VOC. truth_images: the image of each box that counts.
    """

    rows: "array[int]" = field(default_factory=lambda: array("I"))
    ranges: bytearray = field(default_factory=bytearray)
    matched: "array[int]" = field(default_factory=lambda: array("I"))
    outcomes: list[Outcome] = field(default_factory=list)
    voc_hits: "array[int]" = field(default_factory=lambda: array("I"))
    voc_ignored: "array[int]" = field(default_factory=lambda: array("I"))
    first: list[Counter[int]] = field(default_factory=lambda: [Counter() for _ in FIRST])
    truth: list[int] = field(default_factory=lambda: [0] * len(AREAS))
    voc_truth: int = 0
    truth_images: "array[int]" = field(default_factory=lambda: array("I"))


@dataclass(frozen=True, slots=True)
class ImageRows:
    """An image of the evaluation: its id, its truth, and its detections as a range of rows."""

    id: int
    truth: Truth
    start: int
    end: int

    def boxes(self) -> Iterator[tuple[int, TruthBox]]:
        """Class id and box; their positions are those of ``Evaluator.partners``."""
        for class_id, boxes in self.truth.items():
            for box in boxes:
                yield class_id, box


class Evaluator:
    """What was found in each image beside what is there.

    scores, class_ids, places (four numbers each) and partners: of all detections, image by image,
    in each by falling score. partners: the position of the box that a detection hits at IoU .5
    among those of its image, or what of ``matching`` stands for none.
    """

    def __init__(self, voc_rule: VocRule) -> None:
        self.voc_rule = voc_rule
        self.classes: dict[int, ClassColumns] = {}
        self.images: list[ImageRows] = []
        self.scores = array("d")
        self.class_ids = array("i")
        self.places = array("d")
        self.partners = array("i")

    def add(self, image: int, truth: Truth, found: list[Detection]) -> None:
        """Take in one image.

        Args:
            image: its id. Images come in ascending order of it: among equal scores, pycocotools
                keeps that order.
            truth: its labelled boxes.
            found: all detections in it, in any order; among equal scores it counts.
        """
        found.sort(key=_score, reverse=True)
        start = len(self.scores)
        self.images.append(ImageRows(image, truth, start, start + len(found)))
        self._count_truth(truth)
        self.scores.extend([row[1] for row in found])
        self.class_ids.extend([row[0] for row in found])
        self.places.extend(chain.from_iterable([row[2:] for row in found]))
        self.partners.extend([NOTHING] * len(found))
        positions = _positions(truth)
        for class_id, numbers in _by_class(found).items():
            columns = self._columns(class_id)
            at = len(columns.rows)
            columns.rows.extend([start + number for number in numbers])
            own = [found[number] for number in numbers]
            self._count_areas(columns, at, own)
            if class_id in truth:
                self._match(columns, at, truth[class_id], own, positions[class_id])

    def place(self, row: int) -> tuple[float, float, float, float]:
        """Left, top, width and height of a detection."""
        left, top, width, height = self.places[4 * row : 4 * row + 4]
        return left, top, width, height

    def _count_areas(self, columns: ClassColumns, at: int, found: list[Detection]) -> None:
        columns.ranges.extend([area_ranges(row[4] * row[5]) for row in found[:LIMIT]])
        columns.ranges.extend(bytes(max(len(found) - LIMIT, 0)))
        for row in columns.rows[at + LIMIT :]:
            self.partners[row] = BEYOND

    def _columns(self, class_id: int) -> ClassColumns:
        if class_id not in self.classes:
            self.classes[class_id] = ClassColumns()
        return self.classes[class_id]

    def _count_truth(self, truth: Truth) -> None:
        image = len(self.images) - 1
        for class_id, boxes in truth.items():
            columns = self._columns(class_id)
            for box in boxes:
                columns.voc_truth += not box.crowd
                if box.ranges >> ALL & 1:
                    columns.truth_images.append(image)
                for area in range(len(AREAS)):
                    columns.truth[area] += box.ranges >> area & 1

    def _match(
        self,
        columns: ClassColumns,
        at: int,
        boxes: Sequence[TruthBox],
        found: list[Detection],
        position: int,
    ) -> None:
        pairs = overlaps(boxes, found[:LIMIT])
        for each in match(boxes, pairs):
            columns.matched.append(at + each.detection)
            columns.outcomes.append(each.outcome)
            if each.box != NOTHING:
                row = columns.rows[at + each.detection]
                self.partners[row] = position + each.box if each.box >= 0 else each.box
            for first, counted in zip(FIRST, columns.first, strict=True):
                if each.detection < first:
                    counted[each.outcome.hits[ALL]] += 1
        if not self.voc_rule.is_plain:
            near = nearest(boxes, found, self.voc_rule)
        elif len(found) > LIMIT or any(box.crowd for box in boxes):
            near = nearest_of(plain_overlaps(boxes, found))
        else:
            near = nearest_of(pairs)
        for detection, counts in voc_hits(boxes, near):
            (columns.voc_hits if counts else columns.voc_ignored).append(at + detection)


def _by_class(found: list[Detection]) -> dict[int, list[int]]:
    """Return the numbers of the detections of each class."""
    groups: dict[int, list[int]] = {}
    for number, row in enumerate(found):
        if row[0] in groups:
            groups[row[0]].append(number)
        else:
            groups[row[0]] = [number]
    return groups


def _positions(truth: Truth) -> dict[int, int]:
    """Return the position of the first box of each class among all of the image."""
    found, position = {}, 0
    for class_id, boxes in truth.items():
        found[class_id] = position
        position += len(boxes)
    return found
