"""Finds two boxes of one class on one image that lie almost on each other."""

from collections.abc import Sequence
from operator import attrgetter

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.line.record import Box
from lambdas.manifest.rules.rule import GOOD_PRACTICE, Fault, Rule
from lambdas.manifest.rules.text import percent

NEAR_TWIN_BOXES = Rule(
    code="near-twin-boxes",
    severity="warning",
    title="Two boxes of one class almost at the same place",
    template="boxes {first} and {second} of one class share {overlap} of their area",
    fix="Remove one of the two if they mean one object, which counts twice in training. Of long "
    "manifests an even sample of lines is looked at: there may be more.",
    source=GOOD_PRACTICE,
)

RULES = (NEAR_TWIN_BOXES,)

NEAR = 0.95  # intersection over union


def note_near_twins(progress: Progress) -> None:
    """Add the findings of near twins on the sampled images."""
    sample = progress.sample
    for image in sample.images:
        found = near_twins(image.boxes)
        if found is not None:
            progress.findings.add(found, image.line, image.manifest)
            sample.take_found(image, image.line, image.manifest, [found.rule.code])


def near_twins(boxes: Sequence[Box]) -> Fault | None:
    """Return the fault of the first two boxes that are near twins, but not the same."""
    ordered = sorted(boxes, key=attrgetter("left"))
    for place, box in enumerate(ordered, 1):
        farthest = box.left + (1 - NEAR) * box.width
        for twin in ordered[place:]:
            if twin.left > farthest:
                break
            overlap = _overlap(box, twin) if twin.class_id == box.class_id else 0.0
            if NEAR <= overlap < 1:
                first, second = sorted((boxes.index(box) + 1, boxes.index(twin) + 1))
                shown = percent(overlap, 1)
                return NEAR_TWIN_BOXES.fault(first=first, second=second, overlap=shown)
    return None


def _overlap(one: Box, other: Box) -> float:
    """Return the intersection over union."""
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    if width <= 0 or height <= 0:
        return 0.0
    common = width * height
    return common / (one.width * one.height + other.width * other.height - common)
