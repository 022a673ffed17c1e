"""A usable record, as the steps after the line see it."""

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
    """

    source_ref: str
    width: float
    height: float
    boxes: list[Box]
    class_ids: list[int]
    used: set[int]
    names: dict[int, str]
    tiny: int
