"""The score threshold with the highest F1: what to set where the model is used."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from functools import partial

import msgspec

from lambdas.evaluation.nothing import NOTHING_TO_MEASURE


class BestF1(msgspec.Struct, frozen=True):
    """The highest F1 and where it is reached: at scores of at least ``threshold``.

    All but the threshold are NOTHING_TO_MEASURE without truth; without a hit, the threshold is
    None and the rest 0.
    """

    f1: float
    threshold: float | None
    precision: float
    recall: float


def best_f1(hits: Iterable[float], counted: Iterable[float], truth: int) -> BestF1:
    """Return the best threshold; among equals the highest.

    F1 is ``2 TP / (kept + truth)``, where kept are the detections at or above the threshold that
    are right or wrong. Only the score of a hit can be best: any other in its place adds false
    alarms alone.

    Args:
        hits: scores of the true positives.
        counted: scores of all detections that are right or wrong.
        truth: the boxes to find.
    """
    if not truth:
        return BestF1(NOTHING_TO_MEASURE, None, NOTHING_TO_MEASURE, NOTHING_TO_MEASURE)
    right = Counter(hits)
    thresholds = sorted(right)
    # How many scores reach so many of the thresholds and no more.
    reaching = Counter(map(partial(bisect_right, thresholds), counted))
    best = BestF1(0.0, None, 0.0, 0.0)
    found = kept = 0
    for number in range(len(thresholds), 0, -1):
        threshold = thresholds[number - 1]
        found += right[threshold]
        kept += reaching[number]
        f1 = 2 * found / (kept + truth)
        if f1 > best.f1:
            best = BestF1(f1, threshold, found / kept, found / truth)
    return best
