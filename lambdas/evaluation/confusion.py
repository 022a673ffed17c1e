"""What is right and wrong in each image at one score threshold: hits, misses, confusions."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lambdas.evaluation.boxes import ALL, TruthBox
from lambdas.evaluation.evaluator import Evaluator, ImageRows
from lambdas.evaluation.matching import NOTHING
from lambdas.evaluation.overlaps import LEAST

Row = int
"""The number of a detection in the columns of the evaluator."""

Position = int
"""The number of a box among those of its image."""


@dataclass(frozen=True, slots=True)
class ImageOutcome:
    """One image at the threshold.

    hits: detections on a box of their class. confusions: detections on a box of another class,
    which no detection hits. false_alarms: the other detections. misses: the other boxes.
    """

    image: ImageRows
    hits: list[tuple[Row, Position]]
    confusions: list[tuple[Row, Position]]
    false_alarms: list[Row]
    misses: list[Position]

    @property
    def counts(self) -> tuple[int, int, int]:
        """True positives, false positives, false negatives; a confusion is both of the latter."""
        wrong = len(self.confusions)
        return len(self.hits), len(self.false_alarms) + wrong, len(self.misses) + wrong


def outcomes(evaluator: Evaluator, threshold: float | None) -> Iterator[ImageOutcome]:
    """Each image with the detections of at least this score; with None, without any."""
    for image in evaluator.images:
        yield _outcome(evaluator, image, threshold)


def count_confusions(
    evaluator: Evaluator, found: ImageOutcome, counts: Counter[tuple[int | None, int | None]]
) -> None:
    """Count an image's pairs of true and predicted class id; None is the background."""
    classes = [class_id for class_id, _ in found.image.boxes()]
    for row, position in (*found.hits, *found.confusions):
        counts[classes[position], evaluator.class_ids[row]] += 1
    for row in found.false_alarms:
        counts[None, evaluator.class_ids[row]] += 1
    for position in found.misses:
        counts[classes[position], None] += 1


def _outcome(evaluator: Evaluator, image: ImageRows, threshold: float | None) -> ImageOutcome:
    left = {
        position: box for position, (_, box) in enumerate(image.boxes()) if box.ranges >> ALL & 1
    }
    hits, stray = [], []
    for row in _kept(evaluator, image, threshold):
        partner = evaluator.partners[row]
        if partner >= 0:
            hits.append((row, partner))
            del left[partner]
        elif partner == NOTHING:
            stray.append(row)
    confusions, false_alarms = [], []
    for row in stray:
        position = nearest_box(left, evaluator.place(row))
        if position is None:
            false_alarms.append(row)
        else:
            confusions.append((row, position))
            del left[position]
    return ImageOutcome(image, hits, confusions, false_alarms, list(left))


def _kept(evaluator: Evaluator, image: ImageRows, threshold: float | None) -> Iterator[Row]:
    if threshold is None:
        return
    for row in range(image.start, image.end):
        if evaluator.scores[row] < threshold:
            return
        yield row


def nearest_box(
    left: Mapping[Position, TruthBox], place: tuple[float, float, float, float]
) -> Position | None:
    """Return the box of the highest IoU, from LEAST on; the first among equals."""
    x, y, width, height = place
    best, found = 0.0, None
    for position, box in left.items():
        across = min(x + width, box.right) - max(x, box.left)
        if across <= 0:
            continue
        down = min(y + height, box.bottom) - max(y, box.top)
        if down <= 0:
            continue
        shared = across * down
        iou = shared / (width * height + box.extent - shared)
        if iou >= LEAST and iou > best:
            best, found = iou, position
    return found
