"""From the matches of a class over all images to its curves, and to average precision."""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, compress

from lambdas.evaluation.boxes import ALL, AREAS
from lambdas.evaluation.evaluator import FIRST, ClassColumns
from lambdas.evaluation.matching import LIMIT, Outcome
from lambdas.evaluation.thresholds import ALL_IOUS, BITS, ELEVEN_RECALLS, IOUS, RECALLS

_COUNTING = tuple(bytes(mask >> area & 1 for mask in range(256)) for area in range(len(AREAS)))
"""For each area the table that turns masks of ranges into 1 or 0."""


@dataclass(frozen=True, slots=True)
class ClassCurves:
    """What one class comes to.

    ap: by area and IoU threshold. recall: by limit, area and IoU threshold; of the limits FIRST
    only over all areas. Both lack the areas that no box counts in. precision: at each true positive
    at IoU .5, whose number over ``truth`` is the recall. hits, counted: scores of the true
    positives and of all detections that are right or wrong, at IoU .5. voc_area, voc_11: VOC's
    average precision, or None without truth.
    """

    truth: int
    ap: dict[tuple[int, int], float]
    recall: dict[tuple[int, int, int], float]
    precision: list[float]
    hits: "array[float]"
    counted: "array[float]"
    voc_area: float | None
    voc_11: float | None


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The detections of a class by falling score.

    scores and ranges: of all. matched: rank, outcome and ranges of those with an outcome, whose
    place in ``unmatched``, else the same as ranges, is empty.
    """

    scores: list[float]
    unmatched: bytearray
    matched: list[tuple[int, Outcome, int]]


def class_curves(columns: ClassColumns, scores: Sequence[float]) -> ClassCurves:
    """Return the curves of one class; ``scores`` are those of all rows."""
    own = [scores[row] for row in columns.rows]
    order = sorted(range(len(own)), key=own.__getitem__, reverse=True)
    ranks = [0] * len(order)
    for rank, detection in enumerate(order):
        ranks[detection] = rank
    ranked = _ranked(columns, own, order, ranks)
    ap: dict[tuple[int, int], float] = {}
    recall: dict[tuple[int, int, int], float] = {}
    precision: list[float] = []
    for area, truth in enumerate(columns.truth):
        if not truth:
            continue
        kept = _kept_at_hits(ranked, area)
        wanted = _first_hits(truth)
        for iou, numbers in enumerate(kept):
            curve = [hit / number for hit, number in enumerate(numbers, 1)]
            if area == ALL and iou == 0:
                precision = curve
            ap[area, iou] = _interpolated(curve, wanted)
            recall[LIMIT, area, iou] = len(numbers) / truth
    if columns.truth[ALL]:
        recall |= _first_recalls(columns)
    hit, counted = _at_half(ranked)
    voc = _voc_precision(columns, ranks)
    return ClassCurves(
        truth=columns.truth[ALL],
        ap=ap,
        recall=recall,
        precision=precision,
        hits=array("d", compress(ranked.scores, hit)),
        counted=array("d", compress(ranked.scores, counted)),
        voc_area=sum(envelope(voc)) / columns.voc_truth if columns.voc_truth else None,
        voc_11=_voc_11(voc, columns.voc_truth) if columns.voc_truth else None,
    )


def envelope(precision: list[float]) -> list[float]:
    """Return the highest precision at this recall or a higher one."""
    return list(accumulate(reversed(precision), max))[::-1]


def _ranked(columns: ClassColumns, own: list[float], order: list[int], ranks: list[int]) -> _Ranked:
    unmatched = bytearray([columns.ranges[detection] for detection in order])
    matched = sorted(
        zip(
            [ranks[detection] for detection in columns.matched],
            columns.outcomes,
            [columns.ranges[detection] for detection in columns.matched],
            strict=True,
        ),
        key=lambda each: each[0],
    )
    for rank, _, _ in matched:
        unmatched[rank] = 0
    return _Ranked([own[detection] for detection in order], unmatched, matched)


def _kept_at_hits(ranked: _Ranked, area: int) -> list[list[int]]:
    """For each IoU threshold, at each true positive: the detections so far that count."""
    counting = ranked.unmatched.translate(_COUNTING[area])
    kept: list[list[int]] = [[] for _ in IOUS]
    false = [0] * len(IOUS)
    before = others = 0
    for rank, outcome, ranges in ranked.matched:
        hits = outcome.hits[area]
        inside = ranges >> area & 1
        if not hits and not inside:
            continue
        others += counting.count(1, before, rank)
        before = rank
        for iou in BITS[hits]:
            numbers = kept[iou]
            numbers.append(others + false[iou] + len(numbers) + 1)
        if inside:
            for iou in BITS[ALL_IOUS & ~(hits | outcome.ignored[area])]:
                false[iou] += 1
    return kept


def _at_half(ranked: _Ranked) -> tuple[bytearray, bytearray]:
    """Which detections are true positives at IoU .5, and which count at all."""
    counted = ranked.unmatched.translate(_COUNTING[ALL])
    hit = bytearray(len(counted))
    for rank, outcome, ranges in ranked.matched:
        hit[rank] = outcome.hits[ALL] & 1
        counted[rank] = hit[rank] or (ranges >> ALL & 1 and not outcome.ignored[ALL] & 1)
    return hit, counted


def _first_hits(truth: int) -> list[int]:
    """For each of RECALLS the index of the true positive that reaches it first."""
    found, number = [], 1
    for recall in RECALLS:
        while number < truth and number / truth < recall:
            number += 1
        found.append(number - 1)
    return found


def _interpolated(precision: list[float], wanted: list[int]) -> float:
    highest = envelope(precision)
    return sum(highest[index] for index in wanted if index < len(highest)) / len(RECALLS)


def _first_recalls(columns: ClassColumns) -> dict[tuple[int, int, int], float]:
    return {
        (limit, ALL, iou): sum(number for mask, number in counted.items() if mask >> iou & 1)
        / columns.truth[ALL]
        for limit, counted in zip(FIRST, columns.first, strict=True)
        for iou in range(len(IOUS))
    }


def _voc_precision(columns: ClassColumns, ranks: list[int]) -> list[float]:
    """Return the precision at each true positive by VOC's rules."""
    ignored = sorted(ranks[detection] for detection in columns.voc_ignored)
    hits = sorted(ranks[detection] for detection in columns.voc_hits)
    return [hit / (rank + 1 - bisect_left(ignored, rank)) for hit, rank in enumerate(hits, 1)]


def _voc_11(precision: list[float], truth: int) -> float:
    highest = envelope(precision)
    recalls = [hit / truth for hit in range(1, len(highest) + 1)]
    reached = (bisect_left(recalls, recall) for recall in ELEVEN_RECALLS)
    return sum(highest[index] for index in reached if index < len(highest)) / len(ELEVEN_RECALLS)
