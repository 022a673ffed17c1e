"""The IoU and recall thresholds of COCO and VOC, as the floats that their own code computes."""

from bisect import bisect_right

_STEP = (0.95 - 0.5) / 9
IOUS = (*(0.5 + index * _STEP for index in range(9)), 0.95)
"""``numpy.linspace(.5, .95, 10)`` of pycocotools: some are not the multiples of .05."""

ALL_IOUS = (1 << len(IOUS)) - 1

RECALLS = (*(index * 0.01 for index in range(100)), 1.0)
"""``numpy.linspace(0, 1, 101)`` of pycocotools."""

ELEVEN_RECALLS = tuple(index * 0.1 for index in range(11))
"""``numpy.arange(0, 1.1, .1)`` of the VOC 2007 devkit; one of them is .30000000000000004."""

BITS = tuple(
    tuple(index for index in range(len(IOUS)) if mask >> index & 1) for mask in range(ALL_IOUS + 1)
)
"""The thresholds in each mask of thresholds."""


def reached(iou: float) -> int:
    """Return the mask of the thresholds in IOUS that an IoU reaches."""
    return (1 << bisect_right(IOUS, iou)) - 1
