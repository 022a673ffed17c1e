"""Which detections of a class lie on which of its boxes in an image: all pairs of IoU >= .5."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from lambdas.evaluation.boxes import Detection, TruthBox

LEAST = 0.5
"""The lowest IoU that any of the metrics asks for."""

FEW = 6
"""Up to so many boxes it is quicker to compare with each than to look up which are near."""

_SLACK = 1.001
"""Widens what is looked at: rounding must not lose a pair of exactly LEAST."""

Overlap = tuple[int, list[tuple[float, int]]]
"""The index of a detection, and the IoU and index of each box that it lies on."""

_Edges = tuple[float, float, float, float, float, int]


def overlaps(boxes: Sequence[TruthBox], found: Sequence[Detection]) -> list[Overlap]:
    """Return the detections that lie on a box, in their order, by COCO's IoU.

    It is that of ``bbIou`` in pycocotools' maskApi.c: no added pixel, and for a crowd the share of
    the detection that lies in it.
    """
    crowds = [(index, box) for index, box in enumerate(boxes) if box.crowd]
    if not crowds:
        return plain_overlaps(boxes, found)
    pairs = _pairs([_edges(i, box) for i, box in enumerate(boxes) if not box.crowd], found)
    return _with_crowds(pairs, crowds, found)


def plain_overlaps(boxes: Sequence[TruthBox], found: Sequence[Detection]) -> list[Overlap]:
    """Return the same by the plain IoU, for crowds too."""
    return _pairs([_edges(index, box) for index, box in enumerate(boxes)], found)


def _edges(index: int, box: TruthBox) -> _Edges:
    return box.left, box.top, box.right, box.bottom, box.extent, index


def _pairs(plain: list[_Edges], found: Sequence[Detection]) -> list[Overlap]:
    plain.sort()
    lefts = [edges[0] for edges in plain]
    few = len(plain) <= FEW
    candidates = plain
    pairs: list[Overlap] = []
    for number, (_, _, left, top, width, height) in enumerate(found):
        if not few:
            # Boxes of IoU >= 1/2 begin between these.
            first = bisect_left(lefts, left - _SLACK * width - 1e-3)
            candidates = plain[first : bisect_right(lefts, left + _SLACK * width / 2 + 1e-3)]
        extent = width * height
        near = _near(candidates, left, top, left + width, top + height, extent)
        if near:
            pairs.append((number, near))
    return pairs


def _near(
    candidates: list[_Edges], left: float, top: float, right: float, bottom: float, extent: float
) -> list[tuple[float, int]]:
    # The innermost loop: min() and max() would take three times as long.
    most, least = extent * 2 * _SLACK, extent / 2 / _SLACK
    near: list[tuple[float, int]] = []
    for box_left, box_top, box_right, box_bottom, box_extent, index in candidates:
        if not least <= box_extent <= most:
            continue
        across = right if right < box_right else box_right  # noqa: FURB136
        across -= left if left > box_left else box_left  # noqa: FURB136
        if across <= 0:
            continue
        down = bottom if bottom < box_bottom else box_bottom  # noqa: FURB136
        down -= top if top > box_top else box_top  # noqa: FURB136
        if down <= 0:
            continue
        shared = across * down
        iou = shared / (extent + box_extent - shared)
        if iou >= LEAST:
            near.append((iou, index))
    return near


def _with_crowds(
    pairs: list[Overlap], crowds: list[tuple[int, TruthBox]], found: Sequence[Detection]
) -> list[Overlap]:
    near = dict(pairs)
    for number, (_, _, left, top, width, height) in enumerate(found):
        for index, box in crowds:
            across = min(left + width, box.right) - max(left, box.left)
            down = min(top + height, box.bottom) - max(top, box.top)
            if across > 0 and down > 0 and across * down / (width * height) >= LEAST:
                share = across * down / (width * height)
                near.setdefault(number, []).append((share, index))
    return sorted(near.items())
