"""Runs an exported model in onnxruntime."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cli.detector.description import Description, read_description
from cli.detector.detector import Detection
from cli.detector.errors import NotUsable
from cli.detector.images import Pixels
from cli.detector.resize import resize
from lambdas.pages.visible import visible

IMAGE, BOXES = "data", "detections"
"""The input and the output of every model that ``gt-train export`` writes."""

ONLY_FATAL = 4
"""onnxruntime's severity; what it has to say of a model is said by an exception."""


class OnnxDetector:
    """Implements ``Detector`` with an ONNX model that ``gt-train export`` wrote."""

    def __init__(self, model: bytes) -> None:
        """Load a model from memory, where it cannot refer to other files.

        Raises ``NotUsable`` where it is damaged, or was written by somebody else.
        """
        options = onnxruntime.SessionOptions()
        options.log_severity_level = ONLY_FATAL
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # of onnxruntime's own kinds, which it does not export
            raise NotUsable(f"onnxruntime cannot load it: {visible(str(error), 300)}") from error
        self.description: Description = read_description(
            self._session.get_modelmeta().custom_metadata_map
        )
        side = self.description.image_shape
        inputs = [(each.name, each.shape) for each in self._session.get_inputs()]
        outputs = [each.name for each in self._session.get_outputs()]
        if inputs != [(IMAGE, [1, 3, side, side])] or BOXES not in outputs:
            raise NotUsable("the ONNX file's inputs and outputs are not those of gt-train export")

    @property
    def class_names(self) -> Sequence[str]:
        """Return the names by class id."""
        return self.description.class_names

    @property
    def score_threshold(self) -> float | None:
        """Return the score with the best F1 where the execution's evaluation measured it."""
        return self.description.score_threshold

    def detect(self, pixels: Pixels) -> list[Detection]:
        """Return the boxes in an image, best first."""
        square = resize(pixels, self.description.image_shape)
        data = square.transpose(2, 0, 1)[np.newaxis].astype(np.float32)
        (rows,) = self.run((BOXES,), data)
        if rows[:, 0].max(initial=0) >= len(self.class_names):
            raise NotUsable("the model finds classes that it has no names for")
        return [Detection(int(row[0]), *row[1:]) for row in rows.tolist()]

    def run(self, outputs: Sequence[str], data: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """Return outputs of the model for an image that is resized already."""
        return cast("list[Any]", self._session.run(list(outputs), {IMAGE: data}))
