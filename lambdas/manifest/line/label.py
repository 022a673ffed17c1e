"""Reads the label of a line: whether it is one of bounding boxes, then what is in it."""

from typing import Any

from lambdas.manifest.format import METADATA
from lambdas.manifest.line.boxes import read_label
from lambdas.manifest.line.record import Record
from lambdas.manifest.line.task import VIDEO_SEQUENCE_REFERENCE, task_fault
from lambdas.manifest.rules.rule import BOX_OUTPUT, LABELING_OUTPUT, Fault, Rule
from lambdas.manifest.rules.text import quote

LABEL_WITHOUT_METADATA = Rule(
    code="label-without-metadata",
    severity="error",
    title="A label without its metadata",
    template="{attribute} is there, but not its metadata with the class names",
    fix="Write <attribute>-metadata with type and class-map beside the label.",
    source=LABELING_OUTPUT,
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
    metadata = document.get(attribute + METADATA)
    if not isinstance(metadata, dict):
        return None, [LABEL_WITHOUT_METADATA.fault(attribute=shown)]
    task = task_fault(attribute + METADATA, metadata)
    if task is not None:
        return None, [task]
    label = document[attribute]
    if isinstance(label, str) and label.endswith("SeqLabel.json"):
        return None, [VIDEO_SEQUENCE_REFERENCE.fault(attribute=shown, found=quote(label))]
    if not isinstance(label, dict):
        return None, [LABEL_NOT_AN_OBJECT.fault(attribute=shown, found=quote(label))]
    return read_label(document.get("source-ref"), label, metadata, smallest)
