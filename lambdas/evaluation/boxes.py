"""Boxes as the evaluation sees them: of the truth, and as rows of a detector's answer."""

from collections.abc import Mapping, Sequence

import msgspec

Detection = tuple[int, float, float, float, float, float]
"""Class id, score, left, top, width and height in pixels."""

AREAS = ((0.0, 1e10), (0.0, 32.0**2), (32.0**2, 96.0**2), (96.0**2, 1e10))
"""COCO's ranges of area: all, small, medium and large, in square pixels, both ends inclusive."""

ALL, SMALL, MEDIUM, LARGE = range(len(AREAS))


class TruthBox(msgspec.Struct, gc=False, frozen=True):
    """A labelled box in pixels.

    extent: width times height. ranges: the mask of the areas in AREAS that it counts in, none for
    a crowd. crowd: a region of many objects, ``iscrowd`` of COCO, and "difficult" for VOC.
    """

    left: float
    top: float
    right: float
    bottom: float
    extent: float
    ranges: int
    crowd: bool


Truth = Mapping[int, Sequence[TruthBox]]
"""The labelled boxes of one image by class id."""


def truth_box(
    place: tuple[float, float, float, float], area: float | None = None, *, crowd: bool = False
) -> TruthBox:
    """Return a box from left, top, width and height.

    area: that of the object's outline, where the annotation has it, as those of COCO do: it and
    not the box decides whether the object is small, medium or large.
    """
    left, top, width, height = place
    extent = width * height
    ranges = 0 if crowd else area_ranges(extent if area is None else area)
    return TruthBox(left, top, left + width, top + height, extent, ranges, crowd)


def area_ranges(area: float) -> int:
    """Return the mask of the ranges in AREAS that an area lies in."""
    if area < 1024.0:
        return 0b0011
    if 1024.0 < area < 9216.0:
        return 0b0101
    if 9216.0 < area <= 1e10:
        return 0b1001
    return sum(1 << index for index, (low, high) in enumerate(AREAS) if low <= area <= high)
