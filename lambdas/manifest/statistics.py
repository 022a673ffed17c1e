"""Turns the sample and the counts of a validation into the bounded figures of its report."""

from bisect import bisect_right
from collections import Counter
from itertools import pairwise

from lambdas.manifest.channel import Channel
from lambdas.manifest.report import ChannelBoxes, Statistics
from lambdas.manifest.sample import Sample

GRID = 16


def statistics(
    train: Channel,
    validation: Channel,
    per_image: Counter[int],
    sample: Sample,
    image_shape: int,
    dropped_empty: int,
) -> Statistics:
    """The figures of the report; `per_image` counts images by their number of boxes."""
    edges = size_edges(image_shape)
    sizes = [[0] * (len(edges) - 1) for _ in pairwise(edges)]
    positions = [[0] * GRID for _ in range(GRID)]
    boxes = sample.boxes()
    for left, top, width, height in boxes:
        sizes[_bin(height * image_shape, edges)][_bin(width * image_shape, edges)] += 1
        positions[_cell(top + height / 2)][_cell(left + width / 2)] += 1
    class_ids = sorted(train.boxes.keys() | validation.boxes.keys())
    return Statistics(
        classes={str(c): ChannelBoxes(train.boxes[c], validation.boxes[c]) for c in class_ids},
        boxes_per_image=sorted(per_image.items()),
        image_shape=image_shape,
        size_edges=edges,
        box_sizes=sizes,
        positions=positions,
        sampled_boxes=len(boxes),
        samples=sample.images(),
        dropped_empty=dropped_empty,
    )


def size_edges(image_shape: int) -> list[float]:
    """Edges of the size bins in pixels: 0, 2, 4, 8 and so on, up to the whole image."""
    edges = [0.0, 2.0]
    while edges[-1] * 2 < image_shape:
        edges.append(edges[-1] * 2)
    return [*edges, float(image_shape)]


def _bin(pixels: float, edges: list[float]) -> int:
    return bisect_right(edges, pixels, 1, len(edges) - 1) - 1


def _cell(share: float) -> int:
    return min(max(int(share * GRID), 0), GRID - 1)
