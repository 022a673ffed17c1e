"""The slow path's look at a label: image size, classes and boxes, each value against its rule."""

import math
from typing import Any

from lambdas.manifest.class_map import class_names
from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.records import HIGHEST_CLASS_ID, Box, ParsedBox, Record
from lambdas.manifest.text import quote

_ABSENT = object()
_PLACES = ("left", "top")
_LENGTHS = ("width", "height")
_PIXEL = 1.0  # consolidation of several workers' boxes overshoots by fractions of it
_NOISE = 1e-6  # pixels by which the sum of two floats may miss the edge


def read_label(
    source_ref: object, label: dict[str, Any], metadata: dict[str, Any], smallest: float
) -> tuple[Record | None, list[Fault]]:
    """The record of a bounding-box label, and everything wrong with it.

    There is no record if the label has no size or no list of boxes to look at.
    """
    size, faults = _image_size(label.get("image_size", _ABSENT))
    names, found = class_names(metadata)
    faults += found
    annotations = label.get("annotations", _ABSENT)
    if not isinstance(annotations, list):
        faults.append(fault("annotations-missing", found=_shown(annotations)))
        return None, faults
    faults += _confidence_faults(metadata, len(annotations))
    boxes: list[Box] = []
    for number, box in enumerate(annotations, 1):
        read, found = _box(number, box, names, size)
        faults += found
        if read is not None:
            boxes.append(read)
    faults += _duplicates(boxes)
    if size is None:
        return None, faults
    class_ids = [box.class_id for box in boxes]
    width, height = size
    narrow, low = width * smallest, height * smallest
    tiny = sum(box.width < narrow or box.height < low for box in boxes)
    used = set(class_ids)
    record = Record(str(source_ref), width, height, boxes, class_ids, used, names or {}, tiny)
    return record, faults


def _image_size(sizes: object) -> tuple[tuple[int, int] | None, list[Fault]]:
    if not isinstance(sizes, list) or not sizes or not isinstance(sizes[0], dict):
        return None, [fault("image-size-missing", found=_shown(sizes))]
    if len(sizes) > 1:
        return None, [fault("image-size-several", count=len(sizes))]
    size = sizes[0]
    faults = [
        fault("image-size-invalid", field=field, found=_shown(size.get(field, _ABSENT)))
        for field in _LENGTHS
        if not _is_whole(size.get(field)) or not size[field] > 0
    ]
    if size.get("depth", _ABSENT) != 3 or isinstance(size["depth"], bool):
        found = _shown(size.get("depth", _ABSENT))
        faults.append(fault("image-depth-unsupported", found=found))
    return (None, faults) if faults else ((int(size["width"]), int(size["height"])), faults)


def _confidence_faults(metadata: dict[str, Any], boxes: int) -> list[Fault]:
    objects = metadata.get("objects")
    if objects is None or (isinstance(objects, list) and len(objects) == boxes):
        return []
    count = len(objects) if isinstance(objects, list) else _shown(objects)
    return [fault("confidence-count-differs", objects=count, boxes=boxes)]


def _box(
    number: int, box: object, names: dict[int, str] | None, size: tuple[int, int] | None
) -> tuple[Box | None, list[Fault]]:
    if not isinstance(box, dict):
        return None, [fault("box-not-an-object", box=number, found=quote(box))]
    faults = _class_faults(number, box.get("class_id", _ABSENT), names)
    values = [_value_fault(number, field, box) for field in (*_PLACES, *_LENGTHS)]
    faults += [found for found in values if found is not None]
    if faults:
        return None, faults
    read = ParsedBox(box["class_id"], box["left"], box["top"], box["width"], box["height"])
    return read, [] if size is None else _edge_faults(number, read, size)


def _class_faults(number: int, found: object, names: dict[int, str] | None) -> list[Fault]:
    if found is _ABSENT:
        return [fault("box-field-missing", box=number, field="class_id")]
    if not isinstance(found, int) or isinstance(found, bool):
        return [fault("class-id-not-an-integer", box=number, found=quote(found))]
    if not 0 <= found <= HIGHEST_CLASS_ID:
        return [fault("class-id-out-of-range", found=found, highest=f"{HIGHEST_CLASS_ID:,}")]
    if names is not None and found not in names:
        return [fault("class-id-unnamed", box=number, found=found)]
    return []


def _value_fault(number: int, field: str, box: dict[str, Any]) -> Fault | None:
    found = box.get(field, _ABSENT)
    if found is _ABSENT:
        return fault("box-field-missing", box=number, field=field)
    if not _is_number(found):
        return fault("box-value-not-a-number", box=number, field=field, found=quote(found))
    if field in _PLACES and found <= -_PIXEL:
        return fault("box-value-negative", box=number, field=field, found=quote(found))
    if field in _LENGTHS and found <= 0:
        return fault("box-without-area", box=number, field=field, found=quote(found))
    return None


def _edge_faults(number: int, box: Box, size: tuple[int, int]) -> list[Fault]:
    width, height = size
    right, bottom = box.left + box.width, box.top + box.height
    over = max(right - width, bottom - height, -box.left, -box.top)
    if over <= _NOISE:
        return []
    if over < _PIXEL:
        shown = f"{over:.3g}"
        return [fault("box-overshoots-edge", box=number, width=width, height=height, over=shown)]
    end = f"x {quote(right)}, y {quote(bottom)}"
    return [fault("box-outside-image", box=number, end=end, width=width, height=height)]


def _duplicates(boxes: list[Box]) -> list[Fault]:
    first: dict[tuple[float, ...], int] = {}
    for number, box in enumerate(boxes, 1):
        place = (box.class_id, box.left, box.top, box.width, box.height)
        if first.setdefault(place, number) != number:
            return [fault("duplicate-box", box=number, first=first[place])]
    return []


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_whole(value: object) -> bool:
    return _is_number(value) and value == int(value)  # type: ignore[call-overload]


def _shown(value: object) -> str:
    return "missing" if value is _ABSENT else quote(value)
