"""Judges a manifest as a whole, after its last line: can it be trained on, and how well."""

from collections.abc import Iterator

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.rules.rule import (
    GOOD_PRACTICE,
    HYPERPARAMETERS,
    OBJECT_DETECTION,
    Fault,
    Rule,
)
from lambdas.manifest.rules.text import percent
from lambdas.manifest.summary.class_balance import judge_classes
from lambdas.manifest.summary.training_settings import judge_settings

TOO_MANY_INVALID_LINES = Rule(
    code="too-many-invalid-lines",
    severity="error",
    title="Too many invalid lines",
    template="{invalid} of {total} lines are invalid ({share}); {limit} are tolerated",
    fix="Correct the lines that the other findings name, or raise max_invalid_fraction.",
    source=GOOD_PRACTICE,
    scope="manifest",
)

TOO_MANY_UNLABELED_IMAGES = Rule(
    code="too-many-unlabeled-images",
    severity="error",
    title="Too many images without a label",
    template="{unlabeled} of {total} images are unlabeled or failed ({share}); "
    "{limit} are tolerated",
    fix="Finish labeling with a chained job, or raise max_unlabeled_fraction.",
    source=GOOD_PRACTICE,
    scope="manifest",
)

TOO_FEW_IMAGES = Rule(
    code="too-few-images",
    severity="error",
    title="Fewer than two usable images",
    template="{usable} of {total} lines can be used; training needs two, one for each channel",
    fix="Label more images, or correct the lines that the other findings name.",
    source=OBJECT_DETECTION,
    scope="manifest",
)

NO_BOXES = Rule(
    code="no-boxes",
    severity="error",
    title="No box anywhere",
    template="none of the {images} usable images has a box: there is nothing to learn",
    fix="Draw boxes, and check that this is the right label attribute.",
    source=HYPERPARAMETERS,
    scope="manifest",
)

CHANNEL_EMPTY = Rule(
    code="channel-empty",
    severity="error",
    title="A channel has no image",
    template="the {channel} channel has no image",
    fix="Both channels are required: add images, or loosen split_group_pattern if it puts all "
    "images into one group.",
    source=OBJECT_DETECTION,
    scope="manifest",
)

RULES = (
    TOO_MANY_INVALID_LINES,
    TOO_MANY_UNLABELED_IMAGES,
    TOO_FEW_IMAGES,
    NO_BOXES,
    CHANNEL_EMPTY,
)


def judge(progress: Progress) -> Iterator[Fault]:
    """Yield what is wrong with the whole; if it can't be trained on, only the reasons for that."""
    attribute = progress.attributes.judge(progress.label_found)
    if attribute is not None:
        yield attribute
        if attribute.rule.severity == "error":
            return
    if progress.attributes.chosen is None:
        return
    unusable = [*_shares(progress)] or [*_nothing_to_learn(progress)]
    yield from unusable
    if not unusable:
        yield from judge_classes(progress)
        yield from judge_settings(progress)


def _shares(progress: Progress) -> Iterator[Fault]:
    policy, fates, total = progress.policy, progress.fates, progress.fates.total()
    if fates["invalid"] > policy.max_invalid_fraction * total:
        yield TOO_MANY_INVALID_LINES.fault(
            invalid=f"{fates['invalid']:,}",
            total=f"{total:,}",
            share=percent(fates["invalid"], total),
            limit=percent(policy.max_invalid_fraction, 1),
        )
    unlabeled = fates["unlabeled"] + fates["failed"]
    if unlabeled > policy.max_unlabeled_fraction * total:
        yield TOO_MANY_UNLABELED_IMAGES.fault(
            unlabeled=f"{unlabeled:,}",
            total=f"{total:,}",
            share=percent(unlabeled, total),
            limit=percent(policy.max_unlabeled_fraction, 1),
        )


def _nothing_to_learn(progress: Progress) -> Iterator[Fault]:
    usable, total = progress.fates["usable"], progress.fates.total()
    if usable < 2:
        yield TOO_FEW_IMAGES.fault(usable=usable, total=total)
    elif not progress.boxes:
        yield NO_BOXES.fault(images=f"{usable:,}")
    else:
        for name, channel in progress.channels.items():
            if not channel.records:
                yield CHANNEL_EMPTY.fault(channel=name)
