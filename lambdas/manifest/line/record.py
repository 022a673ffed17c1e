"""A usable record, as the steps after the line see it."""

from typing import Annotated, Any

import msgspec

from lambdas.manifest.line.bounds import CLASS_ID, LENGTH, START

ClassId = Annotated[int, CLASS_ID.of_number()]
_Start = Annotated[int, START.of_number()] | Annotated[float, START.of_number()]
_Length = Annotated[int, LENGTH.of_number()] | Annotated[float, LENGTH.of_number()]


class Box(msgspec.Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """A box in pixels from the image's upper left corner; its bounds hold where it is decoded.

    The fields have the order in which Ground Truth writes them: msgspec finds the next key fastest
    there. Equal boxes have equal hashes, whether a number was written as 1 or as 1.0.
    """

    class_id: ClassId
    top: _Start
    left: _Start
    height: _Length
    width: _Length


class Record(msgspec.Struct, gc=False):
    """A labelled image: all that splitting, counting and sampling need of its line.

    Attributes:
        width: of the image in pixels, a whole number, as is ``height``.
        class_ids: of each box in order.
        used: the distinct ones.
        names: the line's class-map.
        tiny: boxes that vanish when the image is scaled to image_shape.
        about: the label's metadata, as it was decoded.
        verdicts: what label verification jobs said of the line.
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
    about: Any
    verdicts: tuple[str, ...]
    signature: int


def signature(boxes: frozenset[Box]) -> int:
    """Return 64 bits by which other boxes are told from these."""
    return hash(boxes) & 0xFFFF_FFFF_FFFF_FFFF


def is_normalised(box: Box) -> bool:
    """Whether a box looks like one in shares of the image: less than a pixel, in all it says."""
    return max(box.left, box.top, box.width, box.height) <= 1 and box.width * box.height < 1


def passed(key: str) -> str:
    """Return the name of the field for a key that is passed through by a typed decoder."""
    return "passed_" + key.replace("-", "_")
