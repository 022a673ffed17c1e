"""A usable record, as the steps after the line see it."""

from collections.abc import Iterable
from math import fsum
from typing import Protocol

import msgspec


class Box(Protocol):
    """A box in pixels from the image's upper left corner; any struct with these fields."""

    class_id: int
    left: float
    top: float
    width: float
    height: float


class ParsedBox(msgspec.Struct, gc=False):
    """A box read by the slow path."""

    class_id: int
    left: float
    top: float
    width: float
    height: float


class Record(msgspec.Struct, gc=False):
    """A labelled image: all that splitting, counting and sampling need of its line.

    Attributes:
        width: of the image in pixels, a whole number, as is ``height``.
        class_ids: of each box in order.
        used: the distinct ones.
        names: the line's class-map.
        tiny: boxes that vanish when the image is scaled to image_shape.
        signature: 64 bits by which other boxes are told from these, whatever their order.
    """

    source_ref: str
    width: float
    height: float
    boxes: list[Box]
    class_ids: list[int]
    used: set[int]
    names: dict[int, str]
    tiny: int
    signature: int


def signature(marks: Iterable[float]) -> int:
    """Return 64 bits for the marks of an image's boxes; their exact sum has no order."""
    return hash(fsum(marks)) & 0xFFFF_FFFF_FFFF_FFFF


def mark(box: Box) -> float:
    """Return a number that boxes of another class or place hardly share.

    The fast path computes the same where it looks at a box; primes keep its parts apart.
    """
    right, bottom = box.left + box.width, box.top + box.height
    return (right * bottom + 7919 * box.left + 104_729 * box.height) * (box.class_id + 1)
