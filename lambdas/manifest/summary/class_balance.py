"""Judges the classes of a manifest as a whole: their names, their ids, and who has boxes where."""

from collections.abc import Iterator

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.policy import Policy
from lambdas.manifest.rules.rule import GOOD_PRACTICE, OBJECT_DETECTION, Fault, Rule
from lambdas.manifest.rules.text import listing, quote
from lambdas.manifest.summary.anchors import anchors

CLASS_NAME_REPEATED = Rule(
    code="class-name-repeated",
    severity="warning",
    title="Two class ids, one name",
    template="{name} is the name of the classes {ids}; the network will learn them apart",
    fix="Renumber the boxes to one id if they mean the same thing.",
    source=GOOD_PRACTICE,
    scope="manifest",
)

CLASS_IDS_WITH_GAPS = Rule(
    code="class-ids-with-gaps",
    severity="warning",
    title="Class ids with gaps",
    template="ids {missing} are never used; num_classes is {num_classes}, the highest id + 1, so "
    "that {unused} of {scores} class scores that the network computes for an image mean nothing",
    fix="None needed. Renumber the classes from 0 on to save the scores: they cost time and memory "
    "in training and in use.",
    source=OBJECT_DETECTION,
    scope="manifest",
)

CLASS_MISSING_IN_TRAIN = Rule(
    code="class-missing-in-train",
    severity="warning",
    title="A class that can't be learned",
    template="{count} classes have no box in the train channel: {names}",
    fix="Label more images of these classes: of five or more, the split puts one in each channel, "
    "unless images stay in groups (split_group_pattern).",
    source=GOOD_PRACTICE,
    scope="manifest",
)

CLASS_MISSING_IN_VALIDATION = Rule(
    code="class-missing-in-validation",
    severity="warning",
    title="A class that can't be measured",
    template="{count} classes have no box in the validation channel: {names}",
    fix="Label more images of these classes: of five or more, the split puts one in each channel, "
    "unless images stay in groups (split_group_pattern).",
    source=GOOD_PRACTICE,
    scope="manifest",
)

CLASS_IMBALANCE = Rule(
    code="class-imbalance",
    severity="warning",
    title="Classes strongly out of balance",
    template="{most} has {most_boxes} boxes, {least} only {least_boxes}",
    fix="Label more images of the rare classes, or leave the class out.",
    source=GOOD_PRACTICE,
    scope="manifest",
)

RULES = (
    CLASS_NAME_REPEATED,
    CLASS_IDS_WITH_GAPS,
    CLASS_MISSING_IN_TRAIN,
    CLASS_MISSING_IN_VALIDATION,
    CLASS_IMBALANCE,
)

IMBALANCE = 100  # most boxes of a class for one of the rarest


def judge_classes(progress: Progress) -> Iterator[Fault]:
    """Yield what is wrong with the classes of a manifest that has boxes."""
    names = progress.names.names
    yield from _repeated_names(names)
    missing = [class_id for class_id in range(max(names)) if class_id not in names]
    if missing:
        yield _gaps(progress.policy, missing, num_classes=max(names) + 1)
    for rule, channel in (
        (CLASS_MISSING_IN_TRAIN, progress.train),
        (CLASS_MISSING_IN_VALIDATION, progress.validation),
    ):
        absent = [name for class_id, name in sorted(names.items()) if not channel.boxes[class_id]]
        if absent:
            yield rule.fault(count=len(absent), names=listing(absent))
    yield from _imbalance(progress)


def _gaps(policy: Policy, missing: list[int], num_classes: int) -> Fault:
    places = anchors(policy.base_network, policy.image_shape).count
    return CLASS_IDS_WITH_GAPS.fault(
        missing=listing(missing),
        num_classes=num_classes,
        unused=f"{places * len(missing):,}",
        scores=f"{places * (num_classes + 1):,}",  # one more for the background
    )


def _repeated_names(names: dict[int, str]) -> Iterator[Fault]:
    by_name: dict[str, list[int]] = {}
    for class_id, name in sorted(names.items()):
        by_name.setdefault(name, []).append(class_id)
    for name, ids in by_name.items():
        if len(ids) > 1:
            yield CLASS_NAME_REPEATED.fault(name=quote(name), ids=listing(ids))


def _imbalance(progress: Progress) -> Iterator[Fault]:
    boxes = progress.boxes.most_common()
    (most, most_boxes), (least, least_boxes) = boxes[0], boxes[-1]
    if most_boxes > IMBALANCE * least_boxes:
        names = progress.names.names
        yield CLASS_IMBALANCE.fault(
            most=quote(names[most]),
            most_boxes=f"{most_boxes:,}",
            least=quote(names[least]),
            least_boxes=f"{least_boxes:,}",
        )
