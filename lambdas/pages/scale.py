"""Scales of the charts: leather's own extend the domain to round numbers and tick in fractions."""

from itertools import cycle

from leather.scales import Scale  # type: ignore[import-untyped]

MOST_STEPS = 5


class Exact(Scale):  # type: ignore[misc]
    """A linear scale over exactly this domain, with a tick at each of the given values."""

    def __init__(self, lowest: float, highest: float, ticks: list[int]) -> None:
        self._lowest = lowest
        self._span = highest - lowest
        self._ticks = ticks

    def contains(self, value: float) -> bool:
        """Whether a value lies in the domain."""
        return self._lowest <= value <= self._lowest + self._span

    def project(self, value: float, range_min: float, range_max: float) -> float:
        """Where a value lies between the ends of a range."""
        return range_min + (value - self._lowest) / self._span * (range_max - range_min)

    def ticks(self) -> list[int]:
        """Return the values that are marked on the axis."""
        return self._ticks


def counts(highest: int, headroom: float = 1) -> Exact:
    """Return a scale from 0 to ``headroom`` times a count, in at most MOST_STEPS round steps."""
    top = max(highest, 1)
    return Exact(0, top * headroom, list(range(0, top + 1, round_step(top, MOST_STEPS))))


def round_step(highest: int, steps: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20 and so on that reaches a count in so many steps."""
    step = 1
    for factor in cycle((2, 2.5, 2)):
        if step * steps >= highest:
            break
        step = int(step * factor)
    return step
