"""Recognises labels that were made for another task than drawing boxes, each with its advice."""

from typing import Any

from lambdas.manifest.format import BOX_TYPES, GROUND_TRUTH, METADATA, holds_boxes
from lambdas.manifest.rules.rule import LABELING_OUTPUT, Fault, Rule
from lambdas.manifest.rules.text import quote


def _task(code: str, title: str, fix: str) -> Rule:
    return Rule(
        code=code,
        severity="error",
        title=title,
        template="{attribute} is of type {type}, not groundtruth/object-detection",
        fix=fix,
        source=LABELING_OUTPUT,
    )


IMAGE_CLASSIFICATION = _task(
    "task-image-classification",
    "Image classification",
    "Train with the built-in image-classification algorithm, or draw bounding boxes first.",
)
SEMANTIC_SEGMENTATION = _task(
    "task-semantic-segmentation",
    "Semantic segmentation",
    "Train with the built-in semantic-segmentation algorithm, or draw bounding boxes first.",
)
VIDEO = _task(
    "task-video",
    "Video frames",
    "Write one line for each frame, with its boxes inline, from SeqLabel.json.",
)
POINT_CLOUD = _task(
    "task-point-cloud",
    "3-D point clouds",
    "The algorithm takes 2-D images only.",
)
TEXT = _task(
    "task-text",
    "Text",
    "The algorithm takes images only.",
)
CUSTOM = _task(
    "task-custom",
    "A custom task",
    "Convert the custom label into the bounding-box format.",
)
LABEL_VERIFICATION = _task(
    "task-label-verification",
    "Label verification",
    "Set the label attribute to the boxes that were verified, not to the verdict on them.",
)
UNKNOWN = _task(
    "task-unknown",
    "A task that is not known",
    "Use a bounding-box labeling job, or convert the label into its format.",
)
VIDEO_SEQUENCE_REFERENCE = Rule(
    code="video-sequence-reference",
    severity="error",
    title="A video sequence instead of an image",
    template="{attribute} refers to the sequence file {found}",
    fix="Write one line for each frame, with its boxes inline, from SeqLabel.json.",
    source=LABELING_OUTPUT,
)

RULES = (
    IMAGE_CLASSIFICATION,
    SEMANTIC_SEGMENTATION,
    VIDEO,
    POINT_CLOUD,
    TEXT,
    CUSTOM,
    LABEL_VERIFICATION,
    UNKNOWN,
    VIDEO_SEQUENCE_REFERENCE,
)

_BEGINNINGS = {
    "image-classification": IMAGE_CLASSIFICATION,
    "semantic-segmentation": SEMANTIC_SEGMENTATION,
    "video": VIDEO,
    "point": POINT_CLOUD,
    "3d": POINT_CLOUD,
    "text": TEXT,
    "custom": CUSTOM,
    "label-verification": LABEL_VERIFICATION,
}


def has_boxes(document: dict[str, Any], attribute: str) -> bool:
    """Whether a line has a label of bounding boxes under ``attribute``."""
    label = document.get(attribute)
    return holds_boxes(label if isinstance(label, dict) else (), _task_of(document, attribute))


def task_fault(document: dict[str, Any], attribute: str) -> Fault | None:
    """Return the fault of a label whose metadata names another task."""
    task = _task_of(document, attribute)
    if task is None or task in BOX_TYPES or has_boxes(document, attribute):
        return None
    short = str(task).lower().removeprefix(GROUND_TRUTH)
    rule = next((rule for word, rule in _BEGINNINGS.items() if short.startswith(word)), UNKNOWN)
    return rule.fault(attribute=quote(attribute), type=quote(task))


def _task_of(document: dict[str, Any], attribute: str) -> object:
    metadata = document.get(attribute + METADATA)
    return metadata.get("type") if isinstance(metadata, dict) else None
