"""The outline of the sizes that the network's anchors reach, over the chart of box sizes."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lambdas.manifest.report_statistics import Statistics

STEPS = 12  # of the outline in each column of the chart


def reach_outline(found: Statistics) -> list[list[tuple[float, float]]]:
    """Return closed lines around the sizes that some anchor overlaps enough, if well placed.

    Coordinates are columns and rows of the chart, whose edges are ``size_edges``.
    """
    lowest: list[tuple[float, float]] = []
    highest: list[tuple[float, float]] = []
    marks = list(_marks(found.size_edges))
    for column, width in marks:
        rows = [row for row, height in marks if _reached(width, height, found)]
        if rows:
            lowest.append((column, rows[0]))
            highest.append((column, rows[-1]))
    return [[*lowest, *reversed(highest), lowest[0]]] if lowest else []


def _marks(edges: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield places along an axis, and the pixels that they stand for."""
    for number, (low, high) in enumerate(pairwise(edges)):
        for step in range(STEPS + 1):
            share = step / STEPS
            pixels = low * math.pow(high / low, share) if low else high * share
            yield number + share, pixels


def _reached(width: float, height: float, found: Statistics) -> bool:
    area = width * height
    for across, down in found.anchors:
        common = min(width, across) * min(height, down)
        if common >= found.overlap_threshold * (area + across * down - common):
            return True
    return False
