"""A picture in 17 sizes, and the windows through which the network looks at it.

An object that fits a window's shape fills the middle 14 of its 20 × 20 pixels in one of the sizes;
the rest is what surrounds it.
"""

import io

import numpy as np
from PIL import Image

from local.aws.sagemaker.detector.cells import CELL, CHANNELS, COLOURS, DIRECTIONS, cells
from local.aws.sagemaker.detector.geometry import Array

_SPAN = 5
"""Cells on a side of a window."""
_CORE = 14
"""Pixels on a side of a window that the object fills."""
_MARGIN = 8
"""Pixels of plain ground around a resized picture: objects at its edge have windows, too."""
_SQUARES = [(0.075 * 1.28**step,) * 2 for step in range(11)]
_OBLONGS = [(size * by, size / by) for size in (0.18, 0.3, 0.5) for by in (2**0.5, 0.5**0.5)]
_SHAPES = np.array(_SQUARES + _OBLONGS)
"""Width and height of the object in a window, as shares of the picture's longer side."""
_LONGER_SIDE = 400
"""Larger pictures are made smaller first; the largest of the 17 sizes has 187 pixels."""
_EDGE_SCALE, _LEAST_EDGES = 3.0, 0.1
"""Edges of a window are scaled to this length, less where there are hardly any."""

FEATURES = _SPAN**2 * CHANNELS
"""Numbers that the network sees of a window."""


class Pyramid:
    """The windows of one picture, and the cells that they are made of."""

    def __init__(self, image: bytes) -> None:
        picture = _opened(image)
        size = np.array(picture.size)
        longer = size.max()
        self.to_picture = np.tile(longer / size, 2)
        """Makes shares of the width and the height of the shares that windows and boxes are."""
        ground = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
        tables, corners, strides, windows = [], [], [], []
        before = 0
        for shape in _SHAPES:
            zoom = _CORE / shape / longer
            table = cells(_resized(picture, np.maximum(np.rint(size * zoom), CELL), ground))
            rows, columns = table.shape[:2]
            y, x = np.mgrid[: rows - _SPAN + 1, : columns - _SPAN + 1].reshape(2, -1)
            centres = (np.stack([x, y], 1) * CELL + _SPAN * CELL / 2 - _MARGIN) / zoom / longer
            windows.append(np.concatenate([centres, np.broadcast_to(shape, centres.shape)], 1))
            corners.append(before + y * columns + x)
            strides.append(np.full(len(x), columns))
            tables.append(table.reshape(rows * columns, -1))
            before += rows * columns
        self.windows = np.concatenate(windows).astype(np.float32)
        self._cells = np.concatenate(tables)
        self._corners, self._strides = np.concatenate(corners), np.concatenate(strides)

    def features(self, chosen: Array | slice = slice(None)) -> Array:
        """Return one row of ``FEATURES`` for each chosen window."""
        down, right = np.divmod(np.arange(_SPAN**2), _SPAN)
        members = self._corners[chosen, None] + self._strides[chosen, None] * down + right
        found = self._cells[members]
        edges = found[..., :DIRECTIONS].reshape(len(found), -1)
        length = np.sqrt(np.einsum("ij,ij->i", edges, edges))[:, None] + _LEAST_EDGES
        colours = found[..., DIRECTIONS:].reshape(len(found), -1)
        return np.concatenate([edges * (_EDGE_SCALE / length), colours], 1)


def mirrored() -> Array:
    """Return which feature of a window is at each place when the picture is seen in a mirror."""
    cell = np.arange(_SPAN**2).reshape(_SPAN, _SPAN)[:, ::-1].reshape(-1, 1)
    edges = cell * DIRECTIONS + -np.arange(DIRECTIONS) % DIRECTIONS
    colours = _SPAN**2 * DIRECTIONS + cell * COLOURS + np.arange(COLOURS)
    return np.concatenate([edges.ravel(), colours.ravel()])


def _opened(image: bytes) -> Image.Image:
    file = Image.open(io.BytesIO(image), formats=("JPEG", "PNG"))
    file.draft("RGB", (_LONGER_SIDE, _LONGER_SIDE))
    picture = file.convert("RGB")
    picture.thumbnail((_LONGER_SIDE, _LONGER_SIDE), Image.Resampling.BILINEAR)
    return picture


def _resized(picture: Image.Image, size: Array, ground: object) -> Array:
    """Return the picture in a size, with a margin, in whole cells; from 0 to 1."""
    width, height = (int(side) for side in size)
    across, down = (-(-(side + 2 * _MARGIN) // CELL) * CELL for side in (width, height))
    canvas = Image.new("RGB", (across, down), ground)  # type: ignore[arg-type]
    resized = picture.resize((width, height), Image.Resampling.BILINEAR, reducing_gap=2)
    canvas.paste(resized, (_MARGIN, _MARGIN))
    return np.asarray(canvas, np.float32) / 255
