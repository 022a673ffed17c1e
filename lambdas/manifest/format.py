"""What the format of an output manifest fixes; every step from bytes to report relies on it."""

from collections.abc import Collection
from typing import Literal

ManifestName = Literal["train", "validation"]
"""Of the manifest that is split, or of the two given: each is named after its channel."""

Part = Literal["train", "validation", "test"]
"""Of a data set: both channels of the training job, and what is held out from it."""

METADATA = "-metadata"
# Ground Truth writes the first; the example for training has the second:
# https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection.html
BOX_TYPES = ("groundtruth/object-detection", "groundtruth/object_detection")
GROUND_TRUTH = "groundtruth/"
"""With what the types of all tasks of Ground Truth begin."""
VERIFICATION = "groundtruth/label-verification"
BOM = b"\xef\xbb\xbf"

BOX_KEYS = frozenset({"image_size", "annotations"})
"""The keys by which a bounding-box label is known, whatever its metadata say."""

MAX_CHARACTERS = 100_000  # of a record that Ground Truth takes; see the rule line-too-long
MAX_BYTES = 400_000  # of a line that is read; see the rule line-unread


def holds_boxes(keys: Collection[str], task: object) -> bool:
    """Whether a label with these keys, of which its metadata gives this type, is of boxes.

    Metadata is ignored in training, so the shape decides where it does not name a task.
    """
    if isinstance(task, str) and task.lower().startswith(GROUND_TRUTH):
        return task in BOX_TYPES
    return BOX_KEYS.issubset(keys)
