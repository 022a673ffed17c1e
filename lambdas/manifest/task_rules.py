"""Rules about the task that a label was made for."""

from lambdas.manifest.rule import LABELING_OUTPUT, Rule


def _task(code: str, title: str, fix: str) -> Rule:
    return Rule(
        code=code,
        severity="error",
        title=title,
        template="{attribute} is of type {type}, not groundtruth/object-detection",
        fix=fix,
        source=LABELING_OUTPUT,
    )


TASK_RULES = (
    _task(
        "task-image-classification",
        "Image classification",
        "Train with the built-in image-classification algorithm, or draw bounding boxes first.",
    ),
    _task(
        "task-semantic-segmentation",
        "Semantic segmentation",
        "Train with the built-in semantic-segmentation algorithm, or draw bounding boxes first.",
    ),
    _task(
        "task-video",
        "Video frames",
        "Write one line for each frame, with its boxes inline, from SeqLabel.json.",
    ),
    _task(
        "task-point-cloud",
        "3-D point clouds",
        "The algorithm takes 2-D images only.",
    ),
    _task(
        "task-text",
        "Text",
        "The algorithm takes images only.",
    ),
    _task(
        "task-custom",
        "A custom task",
        "Convert the custom label into the bounding-box format.",
    ),
    _task(
        "task-label-verification",
        "Label verification",
        "Set the label attribute to the boxes that were verified, not to the verdict on them.",
    ),
    _task(
        "task-unknown",
        "A task that is not known",
        "Use a bounding-box labeling job, or convert the label into its format.",
    ),
    Rule(
        code="video-sequence-reference",
        severity="error",
        title="A video sequence instead of an image",
        template="{attribute} refers to the sequence file {found}",
        fix="Write one line for each frame, with its boxes inline, from SeqLabel.json.",
        source=LABELING_OUTPUT,
    ),
)
