"""Runs the stand-in that the embedded training service trains instead of SageMaker's network."""

import io
import zipfile
from collections.abc import Sequence

import msgspec
import numpy as np
from PIL import Image

from cli.detector.archive import LARGEST, ArchiveFiles
from cli.detector.detector import Detection
from cli.detector.errors import NotUsable
from cli.detector.images import Pixels
from lambdas.pages.visible import visible
from local.aws.sagemaker.detector.artifact import StandIn
from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT
from local.aws.sagemaker.detector.inference import detect
from local.aws.sagemaker.detector.network import Network, Weights

MOST_CLASSES = 10_000
"""Class ids of a manifest end at 9,999."""


def is_stand_in(files: ArchiveFiles) -> bool:
    """Tell whether a ``model.tar.gz`` is one of the embedded training service."""
    return DOCUMENT in files.known and ARRAYS in files.known


class StandInDetector:
    """Implements ``Detector`` with the model of a demo, whose classes are called by number."""

    def __init__(self, files: ArchiveFiles) -> None:
        """Read the stand-in; raises ``NotUsable`` where it is damaged."""
        try:
            document = msgspec.json.decode(files.known[DOCUMENT], type=StandIn)
        except msgspec.DecodeError as error:
            raise NotUsable(f"{DOCUMENT}: {visible(str(error))}") from error
        self._honoured = document.honoured
        self._network = Network(_weights(files.known[ARRAYS]))
        self._check_shapes()

    @property
    def class_names(self) -> Sequence[str]:
        """Return the numbers of the classes: a stand-in knows no names."""
        return [str(class_id) for class_id in range(self._honoured.num_classes)]

    @property
    def score_threshold(self) -> float | None:
        """Return none: a model does not hold what an evaluation found."""
        return None

    def detect(self, pixels: Pixels) -> list[Detection]:
        """Return the boxes in an image, best first."""
        encoded = io.BytesIO()
        Image.fromarray(pixels).save(encoded, "PNG", compress_level=0)
        rows = detect(self._network, encoded.getvalue(), self._honoured)
        return [Detection(int(row[0]), *row[1:]) for row in rows.tolist() if row[0] >= 0]

    def _check_shapes(self) -> None:
        classes = self._honoured.num_classes
        if not 1 <= classes <= MOST_CLASSES:
            raise NotUsable(f"{DOCUMENT}: num_classes is {classes:,}, not 1 to {MOST_CLASSES:,}")
        wanted = Network.untrained(classes, np.random.default_rng(0)).weights
        for name, expected in wanted.items():
            found = self._network.weights[name]
            if found.shape != expected.shape or found.dtype != expected.dtype:
                raise NotUsable(
                    f"{ARRAYS}: {name} is {found.dtype} {found.shape}, where a stand-in of "
                    f"{classes} classes has {expected.dtype} {expected.shape}"
                )


def _weights(packed: bytes) -> Weights:
    """Read the arrays of a file that may be a stranger's: no pickle, no more than it should hold.

    Raises ``NotUsable`` for anything else.
    """
    try:
        _check_size(packed)
        with np.load(io.BytesIO(packed), allow_pickle=False) as loaded:
            return {name: loaded[name] for name in Network.NAMES}
    # zipfile and numpy raise a dozen kinds of errors on files that are damaged or made to harm.
    except Exception as error:
        raise NotUsable(f"{ARRAYS} cannot be read: {visible(str(error))}") from error


def _check_size(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as arrays:
        unpacked = sum(each.file_size for each in arrays.infolist())
    if unpacked > LARGEST[ARRAYS]:
        raise ValueError(f"it unpacks to {unpacked:,} bytes; at most {LARGEST[ARRAYS]:,}")
