"""VOC's matching of detections and boxes of one class in one image."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lambdas.evaluation.boxes import Detection, TruthBox
from lambdas.evaluation.overlaps import LEAST, Overlap


@dataclass(frozen=True, slots=True)
class VocRule:
    """When a detection lies on a box: at this IoU or more.

    inclusive: coordinates are of the first and the last pixel, as in the VOC devkit, so that a
    box is ``right - left + 1`` wide.
    """

    iou: float = LEAST
    inclusive: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether the IoU and its threshold are the lowest of COCO's."""
        return self.iou == LEAST and not self.inclusive


def voc_hits(
    boxes: Sequence[TruthBox], nearest: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, bool]]:
    """Return the detections that hit a box, by index, and whether the hit counts.

    A detection belongs to the box of the highest IoU, taken or not, and the first one hits it; on
    a difficult box it is neither right nor wrong (``VOCevaldet.m`` of the VOC 2012 devkit).
    """
    taken: set[int] = set()
    for detection, index in nearest:
        if boxes[index].crowd:
            yield detection, False
        elif index not in taken:
            taken.add(index)
            yield detection, True


def nearest_of(pairs: Iterable[Overlap]) -> Iterator[tuple[int, int]]:
    """Each detection with its box of the highest IoU, the first among equals."""
    for detection, near in pairs:
        if len(near) == 1:
            yield detection, near[0][1]
        else:
            yield detection, min(near, key=lambda pair: (-pair[0], pair[1]))[1]


def nearest(
    boxes: Sequence[TruthBox], found: Sequence[Detection], rule: VocRule
) -> Iterator[tuple[int, int]]:
    """Return the same by another rule: each detection that lies on a box, with that box."""
    for detection, row in enumerate(found):
        ious = [_iou(box, row, 1.0 if rule.inclusive else 0.0) for box in boxes]
        best = max(ious, default=0.0)
        if best >= rule.iou:
            yield detection, ious.index(best)


def _iou(box: TruthBox, row: Detection, pixel: float) -> float:
    _, _, left, top, width, height = row
    across = min(left + width, box.right) - max(left, box.left) + pixel
    down = min(top + height, box.bottom) - max(top, box.top) + pixel
    if across <= 0 or down <= 0:
        return 0.0
    extent = (box.right - box.left + pixel) * (box.bottom - box.top + pixel)
    shared = across * down
    return shared / ((width + pixel) * (height + pixel) + extent - shared)
