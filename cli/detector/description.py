"""What an exported model says about itself, as the metadata of its ONNX file."""

from collections.abc import Mapping

import msgspec

from cli.detector.errors import NotUsable
from lambdas.pages.visible import visible

MARK = "gt-train.detector"
"""The metadata key under which the description lies."""


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What one needs to know to use the model, and where it comes from."""

    class_names: list[str]
    """By class id, from 0 on."""
    image_shape: int
    """Height and width in pixels that images are resized to."""
    mean: list[float]
    """What the model subtracts from R, G and B."""
    score_threshold: float | None = None
    """The score with the best F1 in the execution's evaluation."""
    hyperparameters: dict[str, str] = {}
    """Those that the model was trained with."""
    model_sha256: str
    """Of the ``model.tar.gz`` that was exported."""
    execution: str | None = None
    """ARN of the execution that trained it."""
    exporter: str
    """The program and version that wrote the file."""

    def to_metadata(self) -> dict[str, str]:
        """Return the metadata: the description as JSON, and for other programs its parts."""
        return {
            MARK: msgspec.json.encode(self, order="sorted").decode(),
            "class_names": msgspec.json.encode(self.class_names).decode(),
            "image_shape": str(self.image_shape),
        }


def read_description(metadata: Mapping[str, str]) -> Description:
    """Return the description in a file's metadata; raises ``NotUsable`` where there is none."""
    if MARK not in metadata:
        raise NotUsable("the ONNX file was not written by gt-train export")
    try:
        return msgspec.json.decode(metadata[MARK], type=Description)
    except msgspec.DecodeError as error:
        raise NotUsable(f"the description in the ONNX file: {visible(str(error))}") from error
