"""Reads the label of a line: whether it is one of bounding boxes, then what is in it."""

from typing import Any

from lambdas.manifest.format import BOX_TYPES, METADATA
from lambdas.manifest.line.boxes import read_label
from lambdas.manifest.line.provenance import verdicts_of_line
from lambdas.manifest.line.record import Record
from lambdas.manifest.line.task import VIDEO_SEQUENCE_REFERENCE, task_fault
from lambdas.manifest.rules.rule import BOX_OUTPUT, OBJECT_DETECTION, Fault, Rule
from lambdas.manifest.rules.text import ABSENT, quote

LABEL_WITHOUT_METADATA = Rule(
    code="label-without-metadata",
    severity="warning",
    title="A label without its metadata",
    template="{attribute} is there, but not its metadata with the class names",
    fix="None needed for training, which ignores metadata; classes are then called by their ids. "
    "Write <attribute>-metadata with type and class-map beside the label to name them.",
    source=OBJECT_DETECTION,
)
LABEL_WITHOUT_TYPE = Rule(
    code="label-without-type",
    severity="warning",
    title="A label whose metadata does not say that it holds boxes",
    template="metadata of {attribute} has the type {found}; its keys say that it holds boxes",
    fix="None needed for training, which ignores metadata. Write groundtruth/object-detection as "
    "type if the labels are bounding boxes.",
    source=OBJECT_DETECTION,
)
CLASS_MAP_MISSING = Rule(
    code="class-map-missing",
    severity="warning",
    title="A label without class names",
    template="metadata of {attribute} has no class-map",
    fix="None needed for training; classes are then called by their ids. Write class-map, such as "
    '{"0": "dog"}, to name them.',
    source=OBJECT_DETECTION,
)

LABEL_NOT_AN_OBJECT = Rule(
    code="label-not-an-object",
    severity="error",
    title="The label is not an object",
    template="{attribute} is {found}, not an object with image_size and annotations",
    fix='Write the label as {"image_size": [...], "annotations": [...]}.',
    source=BOX_OUTPUT,
)


def read_labelled(
    document: dict[str, Any], attribute: str, smallest: float
) -> tuple[Record | None, list[Fault]]:
    """Return the record of a line that has the label, and what is wrong with the label.

    Args:
        document: the line as it was parsed.
        attribute: the label that is trained on.
        smallest: share of an image's side below which a box vanishes at image_shape.
    """
    shown = quote(attribute)
    task = task_fault(document, attribute)
    if task is not None:
        return None, [task]
    label = document[attribute]
    if isinstance(label, str) and label.endswith("SeqLabel.json"):
        return None, [VIDEO_SEQUENCE_REFERENCE.fault(attribute=shown, found=quote(label))]
    if not isinstance(label, dict):
        return None, [LABEL_NOT_AN_OBJECT.fault(attribute=shown, found=quote(label))]
    metadata = document.get(attribute + METADATA)
    faults = _metadata_faults(attribute, metadata)
    about = metadata if isinstance(metadata, dict) else {}
    record, found = read_label(document.get("source-ref"), label, about, smallest)
    if record is not None:
        record.verdicts = verdicts_of_line(document)
    return record, faults + found


def _metadata_faults(attribute: str, metadata: object) -> list[Fault]:
    shown = quote(attribute)
    if not isinstance(metadata, dict):
        return [LABEL_WITHOUT_METADATA.fault(attribute=shown)]
    faults = []
    if metadata.get("type") not in BOX_TYPES:
        found = quote(metadata.get("type", ABSENT))
        faults.append(LABEL_WITHOUT_TYPE.fault(attribute=shown, found=found))
    if "class-map" not in metadata:
        faults.append(CLASS_MAP_MISSING.fault(attribute=shown))
    return faults
