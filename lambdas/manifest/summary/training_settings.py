"""Judges whether the hyperparameters that the owner set fit the data."""

from collections.abc import Iterator

from lambdas.manifest.counts.progress import TOO_SMALL, Progress
from lambdas.manifest.rules.rule import HYPERPARAMETERS, Fault, Rule
from lambdas.manifest.rules.text import percent
from lambdas.manifest.summary.derived_hyperparameters import needed_label_width

LABEL_WIDTH_TOO_SMALL = Rule(
    code="label-width-too-small",
    severity="error",
    title="label_width is too small for the fullest image",
    template="label_width is {label_width}, but {boxes} boxes on an image need {needed}",
    fix="Remove label_width from the hyperparameters (it is then derived), or raise it.",
    source=HYPERPARAMETERS,
    scope="manifest",
)

MINI_BATCH_LOWERED = Rule(
    code="mini-batch-lowered",
    severity="warning",
    title="The batch is larger than the train channel",
    template="mini_batch_size {mini_batch_size} lowered to {images}, the number of images",
    fix="Label more images, or set a smaller mini_batch_size.",
    source=HYPERPARAMETERS,
    scope="manifest",
)

BOXES_TOO_SMALL = Rule(
    code="boxes-too-small",
    severity="warning",
    title="Boxes that vanish when the image is scaled down",
    template="{boxes} of {total} boxes ({share}) shrink below {limit} pixels at "
    "image_shape {image_shape}",
    fix="Raise image_shape (512 is the other recommended value), or cut the images in tiles.",
    source=HYPERPARAMETERS,
)

SCHEDULER_STEP_UNREACHED = Rule(
    code="scheduler-step-unreached",
    severity="warning",
    title="A learning-rate step that is never reached",
    template="lr_scheduler_step {steps} is at or past the last of {epochs} epochs",
    fix="Set lr_scheduler_step to epochs below the number of epochs, or train longer.",
    source=HYPERPARAMETERS,
    scope="manifest",
)

RULES = (
    LABEL_WIDTH_TOO_SMALL,
    MINI_BATCH_LOWERED,
    BOXES_TOO_SMALL,
    SCHEDULER_STEP_UNREACHED,
)


def judge_settings(progress: Progress) -> Iterator[Fault]:
    """Yield what is wrong with label width, batch size and learning-rate steps."""
    policy, boxes = progress.policy, progress.most_boxes
    needed, width = needed_label_width(boxes), policy.label_width
    if width is not None and width < needed:
        yield LABEL_WIDTH_TOO_SMALL.fault(label_width=width, boxes=boxes, needed=needed)
    images, batch = progress.train.records, policy.mini_batch_size
    if batch > images:
        yield MINI_BATCH_LOWERED.fault(mini_batch_size=batch, images=images)
    late = [step for step in policy.lr_scheduler_steps if step >= policy.epochs]
    if late:
        steps = ", ".join(map(str, late[:10]))
        yield SCHEDULER_STEP_UNREACHED.fault(steps=steps, epochs=policy.epochs)


def note_tiny_boxes(progress: Progress) -> None:
    """Add the finding about boxes that vanish when their image is scaled."""
    if not progress.tiny_images:
        return
    total = progress.boxes.total()
    found = BOXES_TOO_SMALL.fault(
        boxes=f"{progress.tiny_boxes:,}",
        total=f"{total:,}",
        share=percent(progress.tiny_boxes, total),
        limit=TOO_SMALL,
        image_shape=progress.policy.image_shape,
    )
    progress.findings.summarize(found, progress.tiny_images, progress.tiny_lines)
