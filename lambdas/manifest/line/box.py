"""Checks one box of a label: its class, its numbers, and that it lies on the image."""

from typing import Any

from lambdas.manifest.line.bounds import LENGTH, is_number
from lambdas.manifest.line.classes import class_id_fault
from lambdas.manifest.line.record import Box
from lambdas.manifest.rules.rule import BOX_OUTPUT, Fault, Rule
from lambdas.manifest.rules.text import quote

BOX_NOT_AN_OBJECT = Rule(
    code="box-not-an-object",
    severity="error",
    title="A box that is not an object",
    template="box {box} is {found}, not an object",
    fix="Write each box as an object of class_id, left, top, width and height.",
    source=BOX_OUTPUT,
)

BOX_FIELD_MISSING = Rule(
    code="box-field-missing",
    severity="error",
    title="A box lacks a value",
    template="box {box} has no {field}",
    fix="Give each box class_id, left, top, width and height.",
    source=BOX_OUTPUT,
)

BOX_VALUE_NOT_A_NUMBER = Rule(
    code="box-value-not-a-number",
    severity="error",
    title="A box value is not a number",
    template="box {box}: {field} is {found}, not a number",
    fix="Write pixels as JSON numbers, without quotes.",
    source=BOX_OUTPUT,
)

BOX_VALUE_NEGATIVE = Rule(
    code="box-value-negative",
    severity="error",
    title="A box begins outside the image",
    template="box {box}: {field} is {found}, below 0",
    fix="left and top count from the image's upper left corner: cut the box at 0.",
    source=BOX_OUTPUT,
)

BOX_WITHOUT_AREA = Rule(
    code="box-without-area",
    severity="error",
    title="A box without area",
    template="box {box}: {field} is {found}",
    fix="Remove the box, or draw it again; width and height are above 0.",
    source=BOX_OUTPUT,
)

BOX_OUTSIDE_IMAGE = Rule(
    code="box-outside-image",
    severity="error",
    title="A box reaches outside the image",
    template="box {box} ends at {end}, outside the {width}x{height} image",
    fix="Cut the box at the image's edge. Many of these: image_size may be of another image, "
    "or the images were resized after labeling.",
    source=BOX_OUTPUT,
)

BOX_OVERSHOOTS_EDGE = Rule(
    code="box-overshoots-edge",
    severity="warning",
    title="A box overshoots the edge by less than a pixel",
    template="box {box} overshoots the {width}x{height} image by {over} pixels",
    fix="None needed: consolidating several workers' boxes gives such fractions.",
    source=BOX_OUTPUT,
)

RULES = (
    BOX_NOT_AN_OBJECT,
    BOX_FIELD_MISSING,
    BOX_VALUE_NOT_A_NUMBER,
    BOX_VALUE_NEGATIVE,
    BOX_WITHOUT_AREA,
    BOX_OUTSIDE_IMAGE,
    BOX_OVERSHOOTS_EDGE,
)

_PLACES = ("left", "top")
_LENGTHS = ("width", "height")
_PIXEL = 1.0  # consolidation of several workers' boxes overshoots by fractions of it
_NOISE = 1e-6  # pixels by which the sum of two floats may miss the edge


def read_box(
    number: int, box: object, names: dict[int, str] | None, size: tuple[int, int] | None
) -> tuple[Box | None, list[Fault]]:
    """Return one box, if it can be read, and what is wrong with it.

    Args:
        number: of the box on its image, from 1 on.
        box: as it was parsed.
        box: as it was parsed.
        names: the line's class-map; None if it can't be read.
        size: width and height of the image; None if they can't be read.
    """
    if not isinstance(box, dict):
        return None, [BOX_NOT_AN_OBJECT.fault(box=number, found=quote(box))]
    found = [_class_fault(number, box, names)]
    found += [_value_fault(number, field, box) for field in (*_PLACES, *_LENGTHS)]
    faults = [fault for fault in found if fault is not None]
    if faults:
        return None, faults
    read = Box(box["class_id"], box["top"], box["left"], box["height"], box["width"])
    return read, [] if size is None else _edge_faults(number, read, size)


def _class_fault(number: int, box: dict[str, Any], names: dict[int, str] | None) -> Fault | None:
    if "class_id" not in box:
        return BOX_FIELD_MISSING.fault(box=number, field="class_id")
    return class_id_fault(number, box["class_id"], names)


def _value_fault(number: int, field: str, box: dict[str, Any]) -> Fault | None:
    if field not in box:
        return BOX_FIELD_MISSING.fault(box=number, field=field)
    found = box[field]
    if not is_number(found):
        return BOX_VALUE_NOT_A_NUMBER.fault(box=number, field=field, found=quote(found))
    if field in _PLACES and found <= -_PIXEL:
        return BOX_VALUE_NEGATIVE.fault(box=number, field=field, found=quote(found))
    if field in _LENGTHS and not LENGTH.hold(found):
        return BOX_WITHOUT_AREA.fault(box=number, field=field, found=quote(found))
    return None


def _edge_faults(number: int, box: Box, size: tuple[int, int]) -> list[Fault]:
    width, height = size
    right, bottom = box.left + box.width, box.top + box.height
    over = max(right - width, bottom - height, -box.left, -box.top)
    if over <= _NOISE:
        return []
    if over < _PIXEL:
        shown = f"{over:.3g}"
        return [BOX_OVERSHOOTS_EDGE.fault(box=number, width=width, height=height, over=shown)]
    end = f"x {quote(right)}, y {quote(bottom)}"
    return [BOX_OUTSIDE_IMAGE.fault(box=number, end=end, width=width, height=height)]
