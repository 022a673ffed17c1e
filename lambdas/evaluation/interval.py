"""How far the headline figures would swing with other images of the same kind: the bootstrap."""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from math import sqrt
from operator import mul, sub, truediv
from statistics import stdev

import msgspec

from lambdas.evaluation.boxes import ALL
from lambdas.evaluation.evaluator import ClassColumns, Evaluator
from lambdas.evaluation.nothing import mean
from lambdas.evaluation.thresholds import IOUS, RECALLS

LEVEL = 0.95
_DEVIATIONS = 1.96  # of the normal distribution, for LEVEL

RESAMPLES = 100
"""Suffice for a standard error (Efron and Tibshirani, An Introduction to the Bootstrap, 6.4)."""

MOST_STEPS = 40_000
"""What a resample may cost, in detections and ten times the boxes: bounds the images drawn from."""

_ALMOST_NOTHING = 1e-9
"""Stands for the detections before the first, so that nothing is divided by 0."""

Range = tuple[float, float]


class Interval(msgspec.Struct, frozen=True):
    """Intervals of 95 % for COCO's AP and AP50, or None where they cannot be told.

    resamples: those with a box, drawn with replacement from that many of the images. From fewer
    than all, the spread is that of so few, scaled by the root of their share (the m out of n
    bootstrap of Bickel, Götze and van Zwet, 1997).
    """

    level: float
    resamples: int
    images: int
    ap: Range | None
    ap50: Range | None


@dataclass(frozen=True, slots=True)
class _ClassSample:
    """A class in the images that are drawn from, which are numbered from 0.

    truth: the image of each box. found: that of each detection, by falling score. hits: for each
    IoU threshold the numbers of the detections that are true positives, and their images.
    """

    truth: list[int]
    found: list[int]
    hits: list[tuple[list[int], list[int]]]


def interval(evaluator: Evaluator, ap: float, ap50: float, seed: int = 0) -> Interval:
    """Return the intervals around these figures of an evaluation; the same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 - statistics, not cryptography
    images = len(evaluator.images)
    drawn = sorted(chance.sample(range(images), min(images, _affordable(evaluator))))
    sample = [_sampled(evaluator, columns, drawn) for columns in evaluator.classes.values()]
    sample = [each for each in sample if each.truth]
    resampled = [_resample(sample, _weights(chance, len(drawn))) for _ in range(RESAMPLES)]
    figures = [each for each in resampled if each is not None]
    if len(drawn) < 2 or len(figures) < 2:
        return Interval(LEVEL, 0, len(drawn), None, None)
    shrink = sqrt(len(drawn) / images)
    around = [
        _around(value, shrink * stdev(each))
        for value, each in zip((ap, ap50), zip(*figures, strict=True), strict=True)
    ]
    return Interval(LEVEL, len(figures), len(drawn), around[0], around[1])


def _around(value: float, error: float) -> Range:
    margin = _DEVIATIONS * error
    return max(0.0, value - margin), min(1.0, value + margin)


def _affordable(evaluator: Evaluator) -> int:
    boxes = sum(columns.truth[ALL] for columns in evaluator.classes.values())
    steps = len(evaluator.scores) + len(IOUS) * boxes
    return MOST_STEPS * len(evaluator.images) // max(steps, 1)


def _weights(chance: random.Random, images: int) -> list[int]:
    """How often each image is drawn in a resample."""
    weights = [0] * images
    for image in chance.choices(range(images), k=images):
        weights[image] += 1
    return weights


def _sampled(evaluator: Evaluator, columns: ClassColumns, drawn: list[int]) -> _ClassSample:
    numbers = {image: number for number, image in enumerate(drawn)}
    truth = [numbers[image] for image in columns.truth_images if image in numbers]
    ranked = sorted(_entries(evaluator, columns, drawn), key=lambda entry: -entry[0])
    found = [number for _, number, _ in ranked]
    hits = []
    for iou in range(len(IOUS)):
        ranks = [rank for rank, (_, _, mask) in enumerate(ranked) if mask >> iou & 1]
        hits.append((ranks, [found[rank] for rank in ranks]))
    return _ClassSample(truth, found, hits)


def _entries(
    evaluator: Evaluator, columns: ClassColumns, drawn: list[int]
) -> Iterator[tuple[float, int, int]]:
    """Score, image and mask of hits of each detection that is right or wrong at IoU .5."""
    outcomes = dict(zip(columns.matched, columns.outcomes, strict=True))
    for number, index in enumerate(drawn):
        image = evaluator.images[index]
        first = bisect_left(columns.rows, image.start)
        for detection in range(first, bisect_left(columns.rows, image.end)):
            outcome = outcomes.get(detection)
            if outcome is None and columns.ranges[detection] >> ALL & 1:
                yield evaluator.scores[columns.rows[detection]], number, 0
            elif outcome is not None and not outcome.ignored[ALL] & 1:
                yield evaluator.scores[columns.rows[detection]], number, outcome.hits[ALL]


def _resample(sample: list[_ClassSample], weights: list[int]) -> tuple[float, float] | None:
    """AP and AP50 where each image counts by its weight; None where no box was drawn."""
    weight = weights.__getitem__
    by_class = [_average_precisions(each, weight) for each in sample]
    measured = [values for values in by_class if values]
    if not measured:
        return None
    return mean(mean(values) for values in measured), mean(values[0] for values in measured)


def _average_precisions(sample: _ClassSample, weight: Callable[[int], int]) -> list[float]:
    """Of one class at each IoU threshold; nothing where no box was drawn."""
    truth = sum(map(weight, sample.truth))
    if not truth:
        return []
    # How many of the recalls of RECALLS so many true positives reach.
    points = [0, *(100 * hits // truth + 1 for hits in range(1, truth + 1))]
    kept = list(accumulate(map(weight, sample.found), initial=_ALMOST_NOTHING))[1:]
    values = []
    for ranks, images in sample.hits:
        hits = list(accumulate(map(weight, images)))
        precision = list(map(truediv, hits, map(kept.__getitem__, ranks)))
        highest = list(accumulate(reversed(precision), max))[::-1]
        reached = list(map(points.__getitem__, hits))
        values.append(sum(map(mul, highest, map(sub, reached, [0, *reached]))) / len(RECALLS))
    return values
