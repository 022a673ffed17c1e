"""Judges a manifest as a whole, after its last line: can it be trained on, and how well."""

from collections.abc import Iterator

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.hyperparameters import needed_label_width
from lambdas.manifest.rules import RULES
from lambdas.manifest.tally import TOO_SMALL, Tally
from lambdas.manifest.text import listing, percent, quote

IMBALANCE = 100  # most boxes of a class for one of the rarest


def judge(tally: Tally) -> Iterator[Fault]:
    """What is wrong with the whole; if it can't be trained on, only the reasons for that."""
    attribute = tally.attributes.judge(tally.label_found)
    if attribute is not None:
        yield attribute
        if RULES[attribute.code].severity == "error":
            return
    if tally.attributes.chosen is None:
        return
    unusable = [*_shares(tally)] or [*_nothing_to_learn(tally)]
    yield from unusable
    if not unusable:
        yield from _classes(tally)
        yield from _settings(tally)


def _shares(tally: Tally) -> Iterator[Fault]:
    policy, fates, total = tally.policy, tally.fates, tally.fates.total()
    if fates["invalid"] > policy.max_invalid_fraction * total:
        yield fault(
            "too-many-invalid-lines",
            invalid=f"{fates['invalid']:,}",
            total=f"{total:,}",
            share=percent(fates["invalid"], total),
            limit=percent(policy.max_invalid_fraction, 1),
        )
    unlabeled = fates["unlabeled"] + fates["failed"]
    if unlabeled > policy.max_unlabeled_fraction * total:
        yield fault(
            "too-many-unlabeled-images",
            unlabeled=f"{unlabeled:,}",
            total=f"{total:,}",
            share=percent(unlabeled, total),
            limit=percent(policy.max_unlabeled_fraction, 1),
        )


def _nothing_to_learn(tally: Tally) -> Iterator[Fault]:
    usable, total = tally.fates["usable"], tally.fates.total()
    if usable < 2:
        yield fault("too-few-images", usable=usable, total=total)
    elif not tally.boxes:
        yield fault("no-boxes", images=f"{usable:,}")
    else:
        for name, channel in tally.channels.items():
            if not channel.records:
                yield fault("channel-empty", channel=name)


def _classes(tally: Tally) -> Iterator[Fault]:
    names = tally.names.names
    by_name: dict[str, list[int]] = {}
    for class_id, name in sorted(names.items()):
        by_name.setdefault(name, []).append(class_id)
    for name, ids in by_name.items():
        if len(ids) > 1:
            yield fault("class-name-repeated", name=quote(name), ids=listing(ids))
    missing = [class_id for class_id in range(max(names)) if class_id not in names]
    if missing:
        shown = listing(missing)
        yield fault("class-ids-with-gaps", missing=shown, num_classes=max(names) + 1)
    for channel_name, channel in tally.channels.items():
        absent = [name for class_id, name in sorted(names.items()) if not channel.boxes[class_id]]
        if absent:
            code = f"class-missing-in-{channel_name}"
            yield fault(code, count=len(absent), names=listing(absent))
    yield from _imbalance(tally)


def _imbalance(tally: Tally) -> Iterator[Fault]:
    boxes = tally.boxes.most_common()
    (most, most_boxes), (least, least_boxes) = boxes[0], boxes[-1]
    if most_boxes > IMBALANCE * least_boxes:
        names = tally.names.names
        yield fault(
            "class-imbalance",
            most=quote(names[most]),
            most_boxes=f"{most_boxes:,}",
            least=quote(names[least]),
            least_boxes=f"{least_boxes:,}",
        )


def _settings(tally: Tally) -> Iterator[Fault]:
    policy = tally.policy
    needed = needed_label_width(tally.most_boxes)
    width = policy.label_width
    if width is not None and width < needed:
        yield fault(
            "label-width-too-small", label_width=width, boxes=tally.most_boxes, needed=needed
        )
    images = tally.train.records
    if policy.mini_batch_size > images:
        yield fault("mini-batch-lowered", mini_batch_size=policy.mini_batch_size, images=images)
    late = [step for step in policy.lr_scheduler_steps if step >= policy.epochs]
    if late:
        steps = ", ".join(map(str, late[:10]))
        yield fault("scheduler-step-unreached", steps=steps, epochs=policy.epochs)


def tiny_boxes(tally: Tally) -> Fault:
    """The finding about boxes that vanish when their image is scaled."""
    total = tally.boxes.total()
    return fault(
        "boxes-too-small",
        boxes=f"{tally.tiny_boxes:,}",
        total=f"{total:,}",
        share=percent(tally.tiny_boxes, total),
        limit=TOO_SMALL,
        image_shape=tally.policy.image_shape,
    )
