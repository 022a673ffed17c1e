"""COCO's matching of detections and boxes of one class in one image, at all thresholds at once.

Where an IoU reaches a threshold is a mask of ten bits, so that matching ten times over is
arithmetic of masks, and an area range only matters where boxes of different ranges compete.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from lambdas.evaluation.boxes import ALL, AREAS, TruthBox
from lambdas.evaluation.overlaps import Overlap
from lambdas.evaluation.thresholds import ALL_IOUS, reached

LIMIT = 100
"""Detections of a class in an image that COCO looks at, the best first."""

NOTHING, IGNORED, BEYOND = -1, -2, -3
"""What a detection has instead of a box: none, one that does not count, or a place after LIMIT."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a detection hit: for each range in AREAS the masks of thresholds in IOUS.

    hits: where it is a true positive. ignored: where it lies on a box that does not count, and so
    is neither right nor wrong.
    """

    hits: tuple[int, ...]
    ignored: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Matched:
    """A detection, by index, with a match. box: that at IoU .5; NOTHING or IGNORED without."""

    detection: int
    outcome: Outcome
    box: int


def match(boxes: Sequence[TruthBox], pairs: Sequence[Overlap]) -> Iterator[Matched]:
    """Return the detections that match a box at any threshold; ``pairs`` come by falling score.

    A detection takes, of the boxes whose IoU reaches the threshold and that are free, one that
    counts before one that is ignored, then that of the highest IoU, and among equals the last
    (``COCOeval.evaluateImg``). A crowd is never taken.
    """
    contested = {
        index for _, near in pairs if len(near) > 1 or boxes[near[0][1]].crowd for _, index in near
    }
    taken: dict[int, int] = {}
    rest: list[Overlap] = []
    for detection, near in pairs:
        iou, index = near[0]
        if index in contested:
            rest.append((detection, near))
            continue
        before = taken.get(index, 0)
        mask = reached(iou) & ~before
        if mask:
            taken[index] = before | mask
            ranges = boxes[index].ranges
            yield Matched(detection, _plain(mask, ranges), _partner(index, mask, ranges))
    if rest:
        yield from _contest(boxes, rest, sorted(contested))


@cache
def _plain(mask: int, ranges: int) -> Outcome:
    inside = tuple(ranges >> area & 1 for area in range(len(AREAS)))
    return _outcome(
        tuple(mask if each else 0 for each in inside), tuple(0 if each else mask for each in inside)
    )


@cache
def _outcome(hits: tuple[int, ...], ignored: tuple[int, ...]) -> Outcome:
    """There are few different ones: millions of detections share them."""
    return Outcome(hits, ignored)


def _partner(index: int, mask: int, ranges: int) -> int:
    if not mask & 1:
        return NOTHING
    return index if ranges >> ALL & 1 else IGNORED


def _contest(
    boxes: Sequence[TruthBox], pairs: list[Overlap], contested: list[int]
) -> Iterator[Matched]:
    """Boxes compete for a detection: which counts decides, and that differs by area range."""
    known: dict[tuple[int, ...], list[list[tuple[int, int]]]] = {}
    by_area = []
    for area in range(len(AREAS)):
        counting = tuple(index for index in contested if boxes[index].ranges >> area & 1)
        # If all count or none does, it prefers neither.
        preferred = counting if len(counting) < len(contested) else ()
        if preferred not in known:
            known[preferred] = _greedy(boxes, pairs, frozenset(preferred))
        by_area.append(known[preferred])
    for number, (detection, _) in enumerate(pairs):
        masks = [_masks(boxes, won[number], area) for area, won in enumerate(by_area)]
        outcome = _outcome(tuple(hit for hit, _ in masks), tuple(lost for _, lost in masks))
        if any(outcome.hits) or any(outcome.ignored):
            half = [index for index, mask in by_area[ALL][number] if mask & 1]
            partner = _partner(half[0], 1, boxes[half[0]].ranges) if half else NOTHING
            yield Matched(detection, outcome, partner)


def _masks(boxes: Sequence[TruthBox], won: list[tuple[int, int]], area: int) -> tuple[int, int]:
    """At which thresholds a detection's boxes count in an area range, and at which they don't."""
    hit = lost = 0
    for index, mask in won:
        if boxes[index].ranges >> area & 1:
            hit |= mask
        else:
            lost |= mask
    return hit, lost


def _greedy(
    boxes: Sequence[TruthBox], pairs: list[Overlap], preferred: frozenset[int]
) -> list[list[tuple[int, int]]]:
    """For each detection the boxes that it takes, each with the mask of thresholds."""
    taken = dict.fromkeys((index for _, near in pairs for _, index in near), 0)
    result = []
    for _, near in pairs:
        left, won = ALL_IOUS, []
        for iou, index in sorted(
            near, key=lambda pair: (pair[1] in preferred, *pair), reverse=True
        ):
            mask = reached(iou) & left & ~taken[index]
            if mask:
                left &= ~mask
                won.append((index, mask))
                if not boxes[index].crowd:
                    taken[index] |= mask
        result.append(won)
    return result
