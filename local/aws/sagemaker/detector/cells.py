"""Pixels to cells of 4 × 4: the strength of the gradient in 8 directions, and the mean colour.

Histograms of oriented gradients as Dalal and Triggs have them (Histograms of Oriented Gradients for
Human Detection, 2005), with a smooth share of each direction instead of bins.
"""

import numpy as np

from local.aws.sagemaker.detector.geometry import Array

CELL = 4
"""Pixels on a side of a cell."""
DIRECTIONS = 8
COLOURS = 3
CHANNELS = DIRECTIONS + COLOURS
"""Numbers of a cell."""


def cells(pixels: Array) -> Array:
    """Return rows × columns × ``CHANNELS`` of a picture of height × width × 3, from 0 to 1."""
    along_x, along_y = np.zeros_like(pixels), np.zeros_like(pixels)
    along_x[:, 1:-1] = pixels[:, 2:] - pixels[:, :-2]
    along_y[1:-1] = pixels[2:] - pixels[:-2]
    xx, xy, yy = (
        np.einsum("ijk,ijk->ij", some, other)
        for some, other in ((along_x, along_x), (along_x, along_y), (along_y, along_y))
    )
    # The square of the gradient's length along each direction, by the structure tensor; squared
    # again and divided by the length cubed it is the length × cos⁴ of the angle between them.
    squares = np.stack([xx, xy, yy], -1) @ _along_directions()
    strengths = squares**2 * ((xx + yy + 1e-6) ** -1.5)[..., None]
    return _mean_of_cells(np.concatenate([strengths, pixels - 0.5], -1))


def _along_directions() -> Array:
    angle = np.arange(DIRECTIONS) * np.pi / DIRECTIONS
    x, y = np.cos(angle), np.sin(angle)
    return np.stack([x**2, 2 * x * y, y**2]).astype(np.float32)


def _mean_of_cells(values: Array) -> Array:
    rows, columns = values.shape[0] // CELL, values.shape[1] // CELL
    by_rows = values.reshape(rows, CELL, -1).sum(1)
    means: Array = by_rows.reshape(rows, columns, CELL, -1).sum(2) / CELL**2
    return means
