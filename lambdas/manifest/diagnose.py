"""The slow path: looks closely at one line, finds every rule it breaks, and what can be used."""

from dataclasses import dataclass
from typing import Any, Literal

from lambdas.manifest.attribute import METADATA
from lambdas.manifest.boxes import read_label
from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.image_reference import image_faults
from lambdas.manifest.records import OBJECT_DETECTION, Record
from lambdas.manifest.strict_json import BOM, parse
from lambdas.manifest.text import listing, quote

Fate = Literal["usable", "failed", "unlabeled", "invalid"]

_TASKS = {
    "image-classification": "task-image-classification",
    "semantic-segmentation": "task-semantic-segmentation",
    "video": "task-video",
    "point": "task-point-cloud",
    "3d": "task-point-cloud",
    "text": "task-text",
    "custom": "task-custom",
    "label-verification": "task-label-verification",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What became of a line.

    raw: its bytes as they are to be written, without a byte order mark. record: if it is usable.
    document: the line as parsed, if it has the label. label_found: it has that or its metadata.
    """

    fate: Fate
    faults: list[Fault]
    raw: bytes
    record: Record | None = None
    document: dict[str, Any] | None = None
    label_found: bool = False


def diagnose(
    raw: bytes, attribute: str | None, image_buckets: frozenset[str], smallest: float
) -> Diagnosis:
    """All that is wrong with one line.

    attribute: None when no label could be chosen. smallest: share of an image's side below which
    a box vanishes at image_shape.
    """
    faults: list[Fault] = []
    if raw.startswith(BOM):
        raw = raw[len(BOM) :]
        faults.append(fault("byte-order-mark"))
    document, found = parse(raw)
    faults += found
    if document is None:
        return Diagnosis("invalid", faults, raw)
    if attribute is None or attribute not in document:
        fate, found = _unlabelled(document, attribute)
        has_metadata = f"{attribute}{METADATA}" in document
        fate = _worse(fate, faults + found)
        return Diagnosis(fate, faults + found, raw, label_found=has_metadata)
    faults += image_faults(document, image_buckets)
    record, found = _labelled(document, attribute, smallest)
    faults += found
    fate = _worse("usable", faults)
    return Diagnosis(fate, faults, raw, record if fate == "usable" else None, document, True)


def _worse(fate: Fate, faults: list[Fault]) -> Fate:
    return "invalid" if any(found.costs_the_line for found in faults) else fate


def _unlabelled(document: dict[str, Any], attribute: str | None) -> tuple[Fate, list[Fault]]:
    metadata = {key: value for key, value in document.items() if key.endswith(METADATA)}
    for value in metadata.values():
        if isinstance(value, dict) and "failure-reason" in value:
            reason = quote(value["failure-reason"], 300)
            return "failed", [fault("labeling-failed", reason=reason)]
    if "source-ref" not in document and not metadata:
        return "invalid", [fault("source-ref-missing", keys=listing(document))]
    if attribute is None:
        tasks = [_task_fault(key, value) for key, value in metadata.items()]
        boxes = [key.removesuffix(METADATA) for key, value in metadata.items() if _has_boxes(value)]
        if boxes:
            return "unlabeled", [fault("label-attribute-ambiguous", found=listing(boxes))]
        other = [found for found in tasks if found is not None]
        if other:
            return "invalid", other[:1]
    elif attribute + METADATA in metadata:
        task = _task_fault(attribute + METADATA, metadata[attribute + METADATA])
        return "invalid", [task or fault("metadata-without-label", attribute=quote(attribute))]
    shown = quote(attribute) if attribute is not None else "a label"
    return "unlabeled", [fault("unlabeled", attribute=shown)]


def _labelled(
    document: dict[str, Any], attribute: str, smallest: float
) -> tuple[Record | None, list[Fault]]:
    metadata = document.get(attribute + METADATA)
    if not isinstance(metadata, dict):
        return None, [fault("label-without-metadata", attribute=quote(attribute))]
    task = _task_fault(attribute + METADATA, metadata)
    if task is not None:
        return None, [task]
    label = document[attribute]
    if isinstance(label, str) and label.endswith("SeqLabel.json"):
        found = quote(label)
        return None, [fault("video-sequence-reference", attribute=quote(attribute), found=found)]
    if not isinstance(label, dict):
        shown = quote(attribute)
        return None, [fault("label-not-an-object", attribute=shown, found=quote(label))]
    return read_label(document.get("source-ref"), label, metadata, smallest)


def _has_boxes(metadata: object) -> bool:
    return isinstance(metadata, dict) and metadata.get("type") == OBJECT_DETECTION


def _task_fault(key: str, metadata: object) -> Fault | None:
    task = metadata.get("type") if isinstance(metadata, dict) else None
    if task is None or task == OBJECT_DETECTION:
        return None
    short = str(task).removeprefix("groundtruth/").lower()
    code = next((code for word, code in _TASKS.items() if short.startswith(word)), "task-unknown")
    attribute = quote(key.removesuffix(METADATA))
    return fault(code, attribute=attribute, type=quote(task))
