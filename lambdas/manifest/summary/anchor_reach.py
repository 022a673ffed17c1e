"""Judges which boxes the algorithm's network can learn: those that some anchor overlaps enough."""

from collections import Counter
from collections.abc import Iterator, Sequence

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.counts.sample import SampledBox
from lambdas.manifest.policy import BaseNetwork, Policy
from lambdas.manifest.rules.rule import MULTIBOX_TARGET, Fault, Rule
from lambdas.manifest.rules.text import percent, quote
from lambdas.manifest.summary.anchors import Anchors, anchors

BOXES_WITHOUT_ANCHOR = Rule(
    code="boxes-without-anchor",
    severity="warning",
    title="Boxes of sizes and shapes that the network hardly learns",
    template="{boxes} of {basis} boxes ({share}) overlap no anchor of {network} at image_shape "
    "{image_shape} by {overlap}, most of all of {classes}; {others}",
    fix="Choose the base_network and image_shape for which the message names the lowest share, or "
    "cut the images into tiles, in which the boxes are larger. A larger image_shape by itself, "
    "more epochs or more images do not help: anchors are shares of the image, and a box without "
    "one is learned by its single best anchor only.",
    source=MULTIBOX_TARGET,
    scope="manifest",
)

RULES = (BOXES_WITHOUT_ANCHOR,)

TOLERATED = 0.2
MOST_CLASSES = 5
COMPARED = 500  # boxes on which other networks are tried
CHOICES: tuple[tuple[BaseNetwork, int], ...] = (
    ("resnet-50", 300),
    ("resnet-50", 512),
    ("vgg-16", 300),
    ("vgg-16", 512),
)


def without_anchor(boxes: Sequence[SampledBox], policy: Policy) -> Counter[int]:
    """Count by class the boxes that no anchor overlaps by ``overlap_threshold``."""
    found, overlap = _anchors(policy), policy.overlap_threshold
    return Counter(box.class_id for box in boxes if not found.reach(box, overlap))


def judge_reach(
    progress: Progress, boxes: Sequence[SampledBox], missed: Counter[int]
) -> Iterator[Fault]:
    """Yield the finding, if more boxes than are tolerated have no anchor.

    Args:
        progress: the counts.
        boxes: the sampled ones, which are all up to 8,192.
        missed: those of them without an anchor, by class.
    """
    policy, total = progress.policy, progress.boxes.total()
    if missed.total() <= TOLERATED * len(boxes):
        return
    basis = f"{total:,}" if len(boxes) == total else f"a sample of {len(boxes):,}"
    yield BOXES_WITHOUT_ANCHOR.fault(
        boxes=f"{missed.total():,}",
        basis=basis,
        share=percent(missed.total(), len(boxes)),
        network=policy.base_network,
        image_shape=policy.image_shape,
        overlap=policy.overlap_threshold,
        classes=_worst(progress, boxes, missed),
        others=_others(boxes, policy),
    )


def _anchors(policy: Policy) -> Anchors:
    return anchors(policy.base_network, policy.image_shape)


def _worst(progress: Progress, boxes: Sequence[SampledBox], missed: Counter[int]) -> str:
    """Name the classes with the highest shares."""
    counted = Counter(box.class_id for box in boxes)
    names = progress.names.names
    worst = sorted(missed, key=lambda class_id: (-missed[class_id] / counted[class_id], class_id))
    return ", ".join(
        f"{quote(names[class_id], 40)} ({percent(missed[class_id], counted[class_id])})"
        for class_id in worst[:MOST_CLASSES]
    )


def _others(boxes: Sequence[SampledBox], policy: Policy) -> str:
    """Say how many have none with other networks, and if the images were cut into quarters."""
    some = boxes[:: -(-len(boxes) // COMPARED)]
    overlap = policy.overlap_threshold
    shares = {
        f"{network} at {shape}": _share(some, anchors(network, shape), overlap)
        for network, shape in CHOICES
        if (network, shape) != (policy.base_network, policy.image_shape)
    }
    tiles = [
        SampledBox(box.class_id, 2 * box.left % 1, 2 * box.top % 1, 2 * box.width, 2 * box.height)
        for box in some
    ]
    shares["in 2x2 tiles"] = _share(tiles, _anchors(policy), overlap)
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())


def _share(boxes: Sequence[SampledBox], found: Anchors, overlap: float) -> float:
    return sum(not found.reach(box, overlap) for box in boxes) / len(boxes)
