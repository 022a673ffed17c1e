"""Reads a bounding-box label closely: its size, its classes and all its boxes."""

from typing import Any

from lambdas.manifest.line import box
from lambdas.manifest.line.classes import ID_RULES, class_names
from lambdas.manifest.line.image_size import read_size
from lambdas.manifest.line.record import Box, Record, is_normalised, signature
from lambdas.manifest.rules.rule import BOX_OUTPUT, GOOD_PRACTICE, OBJECT_DETECTION, Fault, Rule
from lambdas.manifest.rules.text import ABSENT, quote

ANNOTATIONS_MISSING = Rule(
    code="annotations-missing",
    severity="error",
    title="No list of boxes",
    template="annotations is {found}, not a list",
    fix="Write annotations as a list of boxes; [] for an image without objects.",
    source=BOX_OUTPUT,
)

BOXES_NORMALISED = Rule(
    code="boxes-normalised",
    severity="error",
    title="Boxes in shares of the image instead of pixels",
    template="no value of any box is above 1, on an image of {width}x{height} pixels",
    fix="Multiply left and width by the image's width, top and height by its height.",
    source=BOX_OUTPUT,
)
DUPLICATE_BOX = Rule(
    code="duplicate-box",
    severity="warning",
    title="The same box twice on one image",
    template="box {box} repeats box {first}: same class, same place",
    fix="Remove one of the two; the object counts twice in training.",
    source=GOOD_PRACTICE,
)

CONFIDENCE_COUNT_DIFFERS = Rule(
    code="confidence-count-differs",
    severity="warning",
    title="Metadata for another number of boxes",
    template="metadata has {objects} objects for {boxes} boxes: one of the two was altered",
    fix="None needed for training, which ignores metadata. Compare the line with the labeling "
    "job's output: a box may have been lost.",
    source=OBJECT_DETECTION,
)

RULES = (
    ANNOTATIONS_MISSING,
    *box.RULES,
    *ID_RULES,
    BOXES_NORMALISED,
    DUPLICATE_BOX,
    CONFIDENCE_COUNT_DIFFERS,
)


def read_label(
    source_ref: object, label: dict[str, Any], metadata: dict[str, Any], smallest: float
) -> tuple[Record | None, list[Fault]]:
    """Return the record of a bounding-box label, and everything wrong with it.

    There is no record if the label has no size or no list of boxes to look at.

    Args:
        source_ref: the S3 URI of the image.
        label: the value of the label attribute, as it was parsed.
        metadata: that of its metadata.
        smallest: share of an image's side below which a box vanishes at image_shape.
    """
    size, faults = read_size(label.get("image_size", ABSENT))
    names, found = class_names(metadata)
    faults += found
    annotations = label.get("annotations", ABSENT)
    if not isinstance(annotations, list):
        faults.append(ANNOTATIONS_MISSING.fault(found=quote(annotations)))
        return None, faults
    faults += _confidence_faults(metadata, len(annotations))
    boxes: list[Box] = []
    for number, drawn in enumerate(annotations, 1):
        read, found = box.read_box(number, drawn, names, size)
        faults += found
        if read is not None:
            boxes.append(read)
    faults += _duplicates(boxes)
    if size is None:
        return None, faults
    if boxes and all(map(is_normalised, boxes)) and min(size) > 1:
        faults.append(BOXES_NORMALISED.fault(width=size[0], height=size[1]))
    record = _record(str(source_ref), size, boxes, names or {}, smallest)
    record.about = metadata
    return record, faults


def _record(
    source_ref: str, size: tuple[int, int], boxes: list[Box], names: dict[int, str], smallest: float
) -> Record:
    class_ids = [box.class_id for box in boxes]
    width, height = size
    narrow, low = width * smallest, height * smallest
    tiny = sum(box.width < narrow or box.height < low for box in boxes)
    used, same = set(class_ids), signature(frozenset(boxes))
    return Record(source_ref, width, height, boxes, class_ids, used, names, tiny, {}, (), same)


def _confidence_faults(metadata: dict[str, Any], boxes: int) -> list[Fault]:
    objects = metadata.get("objects")
    if objects is None or (isinstance(objects, list) and len(objects) == boxes):
        return []
    count = len(objects) if isinstance(objects, list) else quote(objects)
    return [CONFIDENCE_COUNT_DIFFERS.fault(objects=count, boxes=boxes)]


def _duplicates(boxes: list[Box]) -> list[Fault]:
    first: dict[Box, int] = {}
    for number, drawn in enumerate(boxes, 1):
        if first.setdefault(drawn, number) != number:
            return [DUPLICATE_BOX.fault(box=number, first=first[drawn])]
    return []
