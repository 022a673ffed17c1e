"""The anchors of a feature layer: the boxes that the network corrects."""

import numpy as np
from numpy.typing import NDArray

from cli.detector.errors import NotUsable
from cli.detector.symbol import Node

MOST_ANCHORS = 1_000_000
"""In one layer. The algorithm's networks have 24,576 in all layers at most (vgg-16 at 512)."""


def prior_boxes(node: Node, height: int, width: int) -> NDArray[np.float32]:
    """Return the anchors of a ``_contrib_MultiBoxPrior`` over a feature layer.

    As ``MultiBoxPriorForward`` in MXNet's ``src/operator/contrib/multibox_prior.cc`` calculates
    them, in float32 and in its order of operations: a cell has one square for each size and, at
    the first size, one box for each further ratio. Shape (1, cells × boxes a cell, 4): xmin, ymin,
    xmax, ymax as shares of the image.
    """
    sizes = np.array(node.numbers("sizes", (1,)), np.float32)
    ratios = np.array(node.numbers("ratios", (1,)), np.float32)
    if height * width * (len(sizes) + len(ratios) - 1) > MOST_ANCHORS:
        raise NotUsable(f"{node}: more than {MOST_ANCHORS:,} anchors")
    half = _half_sizes(sizes, ratios, np.float32(height) / np.float32(width))
    y, x = _centres(node, height, width)
    corners = (x - half[:, 0], y - half[:, 1], x + half[:, 0], y + half[:, 1])
    boxes = np.stack(np.broadcast_arrays(*corners), axis=-1)
    if node.flag("clip", default=False):
        boxes = boxes.clip(0, 1)
    return boxes.astype(np.float32).reshape(1, -1, 4)


def _half_sizes(
    sizes: NDArray[np.float32], ratios: NDArray[np.float32], aspect: np.float32
) -> NDArray[np.float32]:
    two = np.float32(2)
    squares = [(size * aspect / two, size / two) for size in sizes]
    roots = np.sqrt(ratios[1:])
    others = [(sizes[0] * aspect * root / two, sizes[0] / root / two) for root in roots]
    return np.array(squares + others, np.float32)


def _centres(
    node: Node, height: int, width: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the centres' y and x, shaped to broadcast over rows, columns and boxes of a cell."""
    steps, offsets = node.numbers("steps", (-1, -1)), node.numbers("offsets", (0.5, 0.5))
    if len(steps) != 2 or len(offsets) != 2:
        raise NotUsable(f"{node}: steps and offsets are not two numbers each")
    lengths = (height, width)
    y, x = (
        (np.arange(length, dtype=np.float32) + np.float32(offset))
        * (np.float32(step) if step > 0 else np.float32(1) / np.float32(length))
        for length, step, offset in zip(lengths, steps, offsets, strict=True)
    )
    return y[:, None, None], x[None, :, None]
