"""Judges whether the hyperparameters that the owner set fit the data."""

from collections.abc import Iterator

from lambdas.manifest.counts.progress import TOO_SMALL, Progress
from lambdas.manifest.rules.rule import HYPERPARAMETERS, MULTIBOX_TARGET, Fault, Rule
from lambdas.manifest.rules.text import percent
from lambdas.manifest.summary.derived_hyperparameters import batch_size, needed_label_width

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
    title="The batch is larger than a channel",
    template="mini_batch_size {mini_batch_size} lowered to {images}, the images of the {channel} "
    "channel",
    fix="Label more images, or set a smaller mini_batch_size. That a train channel below it fails "
    "the job is known of the algorithm's sibling for classification; what a validation channel "
    "below it does is documented nowhere.",
    source=HYPERPARAMETERS,
    scope="manifest",
)

EPOCH_ON_EVERY_INSTANCE = Rule(
    code="epoch-on-every-instance",
    severity="warning",
    title="Every instance reads the whole train channel",
    template="{instances} instances show the network {seen} images in an epoch, not {images}",
    fix="Divide epochs and lr_scheduler_step by instance_count to train as long as on one "
    "instance: the channels are FullyReplicated, so each instance gets all of them.",
    source="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html",
    scope="manifest",
)
BATCH_WITHOUT_BOX = Rule(
    code="batch-without-box",
    severity="warning",
    title="Batches without any box are likely",
    template="{empty} of {images} images have no box: {chance} of the batches of {batch} have "
    "none, and in {epochs} epochs there is one with a probability of {in_all}",
    fix="Set empty_images to 'drop', or label more images with boxes: an image without boxes gives "
    "the network no target, so it is not a negative example, and such a batch teaches nothing.",
    source=MULTIBOX_TARGET,
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
    EPOCH_ON_EVERY_INSTANCE,
    BATCH_WITHOUT_BOX,
    BOXES_TOO_SMALL,
    SCHEDULER_STEP_UNREACHED,
)

LIKELY = 0.5


def judge_settings(progress: Progress) -> Iterator[Fault]:
    """Yield what is wrong with label width, batch size and learning-rate steps."""
    policy, boxes = progress.policy, progress.most_boxes
    needed, width = needed_label_width(boxes), policy.label_width
    if width is not None and width < needed:
        yield LABEL_WIDTH_TOO_SMALL.fault(label_width=width, boxes=boxes, needed=needed)
    yield from _batch(progress)
    late = [step for step in policy.lr_scheduler_steps if step >= policy.epochs]
    if late:
        steps = ", ".join(map(str, late[:10]))
        yield SCHEDULER_STEP_UNREACHED.fault(steps=steps, epochs=policy.epochs)


def _batch(progress: Progress) -> Iterator[Fault]:
    policy, channels = progress.policy, progress.channels
    smaller = min(channels, key=lambda name: channels[name].records)
    images, asked = channels[smaller].records, policy.mini_batch_size
    if asked > images:
        yield MINI_BATCH_LOWERED.fault(mini_batch_size=asked, images=images, channel=smaller)
    train = progress.train.records
    if policy.instance_count > 1:
        yield EPOCH_ON_EVERY_INSTANCE.fault(
            instances=policy.instance_count,
            seen=f"{policy.instance_count * train:,}",
            images=f"{train:,}",
        )
    batch = batch_size(policy, train, progress.validation.records)
    images, empty = progress.written, progress.empty - progress.dropped_empty
    chance = (empty / images) ** batch
    batches = policy.epochs * -(-train // batch)
    in_all = 1 - (1 - chance) ** batches
    if in_all >= LIKELY:
        yield BATCH_WITHOUT_BOX.fault(
            empty=f"{empty:,}",
            images=f"{images:,}",
            batch=batch,
            chance=percent(chance, 1),
            in_all=percent(in_all, 1),
            epochs=policy.epochs,
        )


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
