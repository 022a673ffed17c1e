"""Recognises labels that were made for another task than drawing boxes, each with its advice."""

from lambdas.manifest.format import BOXES, METADATA
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


def has_boxes(metadata: object) -> bool:
    """Whether metadata says that its label holds bounding boxes."""
    return isinstance(metadata, dict) and metadata.get("type") == BOXES


def task_fault(key: str, metadata: object) -> Fault | None:
    """Return the fault of a label whose metadata, found under ``key``, name another task."""
    task = metadata.get("type") if isinstance(metadata, dict) else None
    if task is None or task == BOXES:
        return None
    short = str(task).removeprefix("groundtruth/").lower()
    rule = next((rule for word, rule in _BEGINNINGS.items() if short.startswith(word)), UNKNOWN)
    return rule.fault(attribute=quote(key.removesuffix(METADATA)), type=quote(task))
