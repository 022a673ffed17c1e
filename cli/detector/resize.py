"""OpenCV's resize, which MXNet uses, without OpenCV.

One that smooths, such as Pillow's, makes another image: on the same network it loses boxes.
"""

import numpy as np
from numpy.typing import NDArray

from cli.detector.images import Pixels

_ONE = np.float32(2048)
"""Weights are whole numbers of 2048ths (``INTER_RESIZE_COEF_SCALE``)."""


def resize(pixels: Pixels, side: int) -> Pixels:
    """Return an image squashed into a square, byte for byte as ``cv::resize`` does.

    ``INTER_LINEAR`` on bytes in ``modules/imgproc/src/resize.cpp``: two pixels a direction are
    weighted in fixed point, across first, then down.
    """
    height, width = pixels.shape[:2]
    if (height, width) == (2 * side, 2 * side):  # OpenCV takes the mean of four here
        four = pixels.reshape(side, 2, side, 2, 3).astype(np.int32).sum(axis=(1, 3))
        halved: Pixels = ((four + 2) >> 2).astype(np.uint8)
        return halved
    upper, lower, upper_weights, lower_weights = _taps(height, side)
    left, right, left_weights, right_weights = _taps(width, side)

    def across(rows: NDArray[np.int32]) -> NDArray[np.int32]:
        line = pixels[rows].astype(np.int32)
        blend = line[:, left] * left_weights[:, None] + line[:, right] * right_weights[:, None]
        return blend >> 4

    down = ((across(upper) * upper_weights[:, None, None]) >> 16) + (
        (across(lower) * lower_weights[:, None, None]) >> 16
    )
    resized: Pixels = ((down + 2) >> 2).astype(np.uint8)
    return resized


def _taps(
    length: int, side: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return for each new pixel the two old ones it is made of, and their weights."""
    places = ((np.arange(side) + 0.5) * (length / side) - 0.5).astype(np.float32)
    first = np.floor(places).astype(np.int32)
    part = places - first.astype(np.float32)
    weights = [np.rint(share * _ONE).astype(np.int32) for share in (1 - part, part)]
    first, second = (each.clip(0, length - 1) for each in (first, first + 1))
    return first, second, weights[0], weights[1]
