"""What the network should say of each window of a labelled picture: MXNet's ``MultiBoxTarget``."""

import io
import json
from dataclasses import dataclass
from typing import Self

import numpy as np
from PIL import Image

from local.aws.sagemaker.detector.geometry import Array, as_boxes, offsets, overlaps
from local.aws.sagemaker.detector.pyramid import Pyramid, mirrored

_OTHERS = 200
"""Windows without an object that a look at a picture takes besides those with one."""
_MIRROR = mirrored()
_MIRROR_OFFSETS = np.array([-1, 1, 1, 1], np.float32)


@dataclass(frozen=True, slots=True)
class Look:
    """Some windows of a picture, with what the network should say of them."""

    features: Array
    labels: Array
    """Class + 1, or 0 for none."""
    offsets: Array


@dataclass(frozen=True, slots=True)
class Example:
    """A labelled picture, ready to be looked at many times."""

    pyramid: Pyramid
    labels: Array
    offsets: Array

    @classmethod
    def of(cls, image: bytes, annotation: bytes, overlap_threshold: float) -> Self:
        """Match a picture's windows to its boxes, annotated as in the train channel."""
        pyramid = Pyramid(image)
        longer = max(Image.open(io.BytesIO(image), formats=("JPEG", "PNG")).size)
        table = np.array(
            [
                [box[field] for field in ("class_id", "left", "top", "width", "height")]
                for box in json.loads(annotation)["annotations"]
            ],
            np.float32,
        ).reshape(-1, 5)
        boxes = np.concatenate([table[:, 1:3], table[:, 1:3] + table[:, 3:]], 1) / longer
        taken, nearest = matches(pyramid.windows, boxes, overlap_threshold)
        labels = np.zeros(len(pyramid.windows), np.int64)
        labels[taken] = table[nearest, 0].astype(int) + 1
        wanted = np.zeros((len(pyramid.windows), 4), np.float32)
        wanted[taken] = offsets(pyramid.windows[taken], boxes[nearest])
        return cls(pyramid, labels, wanted)

    def look(self, randomness: np.random.Generator) -> Look:
        """Take all windows with an object and some without; in a mirror half of the times."""
        some = randomness.integers(len(self.labels), size=_OTHERS)
        chosen = np.concatenate([np.flatnonzero(self.labels), some[self.labels[some] == 0]])
        features, wanted = self.pyramid.features(chosen), self.offsets[chosen]
        if randomness.random() < 0.5:
            features, wanted = features[:, _MIRROR], wanted * _MIRROR_OFFSETS
        return Look(features, self.labels[chosen], wanted)


def matches(windows: Array, boxes: Array, threshold: float) -> tuple[Array, Array]:
    """Return the numbers of the windows that show a box, and for each of them the box's.

    A box has every window that overlaps it by the threshold or more and no other box by more, and
    besides, first of all, the one window that fits it best, however badly.
    """
    if not len(boxes):
        return np.zeros(0, int), np.zeros(0, int)
    table = overlaps(as_boxes(windows), boxes)
    taken, nearest = table.max(1) >= threshold, table.argmax(1)
    for _ in boxes:
        window, box = np.unravel_index(table.argmax(), table.shape)
        taken[window], nearest[window] = True, box
        table[window], table[:, box] = -1, -1
    return np.flatnonzero(taken), nearest[taken]
