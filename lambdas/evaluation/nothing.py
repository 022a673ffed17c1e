"""What stands for a figure where there is nothing to measure it on."""

from collections.abc import Iterable

NOTHING_TO_MEASURE = -1.0
"""As in pycocotools' summary."""


def mean(values: Iterable[float]) -> float:
    """Return the mean, NOTHING_TO_MEASURE of no values."""
    found = list(values)
    return sum(found) / len(found) if found else NOTHING_TO_MEASURE
