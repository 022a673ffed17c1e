"""What a trained network finds in a picture: MXNet's ``MultiBoxDetection``."""

import numpy as np

from local.aws.sagemaker.detector.geometry import Array, moved, overlaps
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.network import Network
from local.aws.sagemaker.detector.pyramid import Pyramid

_LEAST_SCORE = 0.01
"""Below it, a window shows nothing (``MultiBoxDetection``'s threshold)."""
_NOTHING = -1.0
"""The class of a row that is suppressed or shows nothing."""


def detect(network: Network, image: bytes, honoured: Honoured) -> Array:
    """Return rows of class, score, left, top, right and bottom, one for each window.

    Boxes are shares of the picture's width and height. Detections come first, by falling score;
    what shows nothing, or repeats a better detection, has the class -1.
    """
    pyramid = Pyramid(image)
    judged = network.judge(pyramid.features())
    boxes = np.clip(moved(pyramid.windows, judged.offsets) * pyramid.to_picture, 0, 1)
    scores = judged.probabilities[:, 1:].max(1)
    likely = np.flatnonzero(scores >= _LEAST_SCORE)
    likely = likely[np.argsort(-scores[likely], kind="stable")]
    rows = np.full((len(scores), 6), _NOTHING)
    rows[: len(likely), 0] = judged.probabilities[likely, 1:].argmax(1)
    rows[: len(likely), 1] = scores[likely]
    rows[: len(likely), 2:] = boxes[likely]
    rows[honoured.nms_topk :, 0] = _NOTHING
    suppress_repeated(rows[: honoured.nms_topk], honoured.nms_threshold)
    return rows


def suppress_repeated(rows: Array, threshold: float) -> None:
    """Give detections that overlap a better one of their class by more the class -1, in place."""
    overlapping = overlaps(rows[:, 2:], rows[:, 2:]) > threshold
    for place in range(len(rows)):
        if rows[place, 0] != _NOTHING:
            repeated = overlapping[place] & (rows[:, 0] == rows[place, 0])
            repeated[: place + 1] = False
            rows[repeated, 0] = _NOTHING
