"""Boxes as arrays: the overlap of boxes, and the offsets that make a box of a window.

A window is a row of centre x, centre y, width and height; a box is a row of left, top, right and
bottom. Both are shares of the picture's longer side.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

VARIANCES = np.array([0.1, 0.1, 0.2, 0.2], np.float32)
"""What SSD divides offsets by, so that all four matter alike (``MultiBoxTarget``)."""
_MOST_GROWTH = 4.0
"""Largest logarithm of a size that is believed: beyond it, exp overflows on wild outputs."""
_SMALLEST = 1e-4
"""Size that is taken for a box without extent, which has no logarithm."""


def as_boxes(windows: Array) -> Array:
    """Return the boxes that windows cover."""
    half = windows[:, 2:] / 2
    return np.concatenate([windows[:, :2] - half, windows[:, :2] + half], 1)


def overlaps(some: Array, others: Array) -> Array:
    """Return the intersection over union of each box with each other, one row for each of some."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum(some[:, None, 2:], others[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    area, other_area = ((boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (some, others))
    result: Array = shared / np.maximum(area[:, None] + other_area - shared, 1e-9)
    return result


def offsets(windows: Array, boxes: Array) -> Array:
    """Return what ``moved`` must be given to make these boxes of these windows."""
    centres, sizes = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    shifts = (centres - windows[:, :2]) / windows[:, 2:]
    growths = np.log(np.maximum(sizes, _SMALLEST) / windows[:, 2:])
    return np.concatenate([shifts, growths], 1) / VARIANCES


def moved(windows: Array, by: Array) -> Array:
    """Return the boxes that offsets make of windows."""
    steps = by * VARIANCES
    centres = windows[:, :2] + steps[:, :2] * windows[:, 2:]
    sizes = windows[:, 2:] * np.exp(np.minimum(steps[:, 2:], _MOST_GROWTH))
    return as_boxes(np.concatenate([centres, sizes], 1))
