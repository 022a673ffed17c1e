"""Turns the sample and the counts of a validation into the bounded figures of its report."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, pairwise
from statistics import median

from lambdas.manifest.counts.progress import Progress
from lambdas.manifest.counts.sample import SampledBox, SampledImage
from lambdas.manifest.policy import Policy
from lambdas.manifest.report_statistics import ChannelBoxes, Statistics
from lambdas.manifest.summary.anchors import anchors

GRID = 16
MOST_VERDICTS = 50
MOST_SIZES = 12
RATIO_EDGES = (0.0, 0.2, 0.33, 0.5, 0.67, 1.0, 1.5, 2.0, 3.0, 5.0)


def statistics(progress: Progress, boxes: Sequence[SampledBox], missed: Counter[int]) -> Statistics:
    """Return the figures of the report; both channels must be closed.

    Args:
        progress: the counts.
        boxes: the sampled ones.
        missed: those of them without an anchor, by class.
    """
    placed = [channel.boxes for channel in (progress.train, progress.validation, progress.test)]
    image_shape = progress.policy.image_shape
    edges = size_edges(image_shape)
    images = progress.sample.images
    sizes = [[0] * (len(edges) - 1) for _ in pairwise(edges)]
    positions = [[0] * GRID for _ in range(GRID)]
    for _, left, top, width, height in boxes:
        sizes[_bin(height * image_shape, edges)][_bin(width * image_shape, edges)] += 1
        positions[_cell(top + height / 2)][_cell(left + width / 2)] += 1
    return Statistics(
        classes={
            str(c): ChannelBoxes(*(boxes[c] for boxes in placed)) for c in sorted(progress.boxes)
        },
        boxes_per_image=sorted(progress.per_image.items()),
        image_shape=image_shape,
        size_edges=edges,
        box_sizes=sizes,
        positions=positions,
        sampled_boxes=len(boxes),
        samples=progress.sample.spread(),
        base_network=progress.policy.base_network,
        overlap_threshold=progress.policy.overlap_threshold,
        anchors=_anchor_sizes(progress.policy),
        without_anchor={str(class_id): missed[class_id] for class_id in sorted(missed)},
        found=progress.sample.found(),
        rare=progress.sample.rare(progress.boxes),
        ratio_edges=list(RATIO_EDGES),
        ratios=_ratios(boxes),
        image_sizes=_image_sizes(images),
        class_sizes=_class_sizes(boxes, image_shape),
        label_sources=_counted(image.about.human for image in images),
        adjustments=_counted(image.about.adjustment for image in images),
        confidences=_steps(image.about.confidences for image in images),
        verdicts=dict(progress.verdicts.most_common(MOST_VERDICTS)),
        dropped_by_verdict=progress.dropped_by_verdict,
        dropped_empty=progress.dropped_empty,
    )


def _ratios(boxes: Iterable[SampledBox]) -> list[int]:
    counts = [0] * len(RATIO_EDGES)
    for box in boxes:
        counts[bisect_right(RATIO_EDGES, box.width / box.height) - 1] += 1
    return counts


def _image_sizes(images: Iterable[SampledImage]) -> list[tuple[int, int, int]]:
    counted = Counter((image.width, image.height) for image in images)
    return [(*size, count) for size, count in counted.most_common(MOST_SIZES)]


def _class_sizes(boxes: Iterable[SampledBox], image_shape: int) -> dict[str, float]:
    sizes: dict[int, list[float]] = {}
    for box in boxes:
        sizes.setdefault(box.class_id, []).append(math.sqrt(box.width * box.height))
    return {
        str(class_id): round(median(sizes[class_id]) * image_shape, 1) for class_id in sorted(sizes)
    }


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(word for word in words if word).most_common(MOST_VERDICTS))


def _steps(confidences: Iterable[Iterable[float]]) -> list[int]:
    steps = [0] * 10
    for each in chain.from_iterable(confidences):
        steps[min(int(10 * each), 9)] += 1
    return steps


def _anchor_sizes(policy: Policy) -> list[tuple[float, float]]:
    side = policy.image_shape
    sizes = anchors(policy.base_network, side).sizes()
    return [(round(side * width, 1), round(side * height, 1)) for width, height in sizes]


def size_edges(image_shape: int) -> list[float]:
    """Return the edges of the size bins in pixels: 0, 2, 4, 8 and so on, up to the whole image."""
    edges = [0.0, 2.0]
    while edges[-1] * 2 < image_shape:
        edges.append(edges[-1] * 2)
    return [*edges, float(image_shape)]


def _bin(pixels: float, edges: list[float]) -> int:
    return bisect_right(edges, pixels, 1, len(edges) - 1) - 1


def _cell(share: float) -> int:
    return min(max(int(share * GRID), 0), GRID - 1)
