"""From a ``model.tar.gz`` to the bytes of an ONNX file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cli.detector.archive import HYPERPARAMETERS, ModelArchive
from cli.detector.conversion import Network, convert
from cli.detector.description import Description
from cli.detector.errors import NotUsable
from cli.detector.symbol import read_symbol
from cli.detector.weights import read_weights

EXPORTER = "gt-train 0.1.0"


@dataclass(frozen=True, slots=True)
class Choices:
    """What the archive does not say.

    class_names: by class id; none where they are not known. image_shape: where the archive has no
    hyperparameters. mean: what is subtracted from R, G and B. heads: whether all scores and
    corrections are outputs, too. score_threshold and execution: see ``Description``.
    """

    class_names: Sequence[str] = ()
    image_shape: int | None = None
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    heads: bool = False
    score_threshold: float | None = None
    execution: str | None = None


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """The content of an ONNX file, and what it says about itself."""

    content: bytes
    description: Description


def export(archive: ModelArchive, choices: Choices) -> ExportedModel:
    """Return the ONNX file of a model; the same input gives the same bytes.

    Raises ``NotUsable`` where the model cannot be converted, or there are not as many class names
    as classes.
    """
    description = Description(
        class_names=list(choices.class_names),
        image_shape=_image_shape(archive.hyperparameters, choices.image_shape),
        mean=list(choices.mean),
        score_threshold=choices.score_threshold,
        hyperparameters=archive.hyperparameters,
        model_sha256=archive.sha256,
        execution=choices.execution,
        exporter=EXPORTER,
    )
    network = Network(read_symbol(archive.symbol), read_weights(archive.weights))
    model, description = convert(network, description, heads=choices.heads)
    return ExportedModel(model.SerializeToString(deterministic=True), description)


def _image_shape(hyperparameters: dict[str, str], chosen: int | None) -> int:
    known = hyperparameters.get("image_shape")
    if known is None:
        if chosen is None:
            raise NotUsable(
                f"the archive has no {HYPERPARAMETERS} that says image_shape: name it with"
                " --image-shape"
            )
        return chosen
    if not re.fullmatch(r"[1-9][0-9]{0,3}", known):
        raise NotUsable(f"{HYPERPARAMETERS}: image_shape is {known[:60]!r}, not a number of pixels")
    if chosen not in (None, int(known)):
        raise NotUsable(f"{HYPERPARAMETERS} says image_shape {known}, not {chosen}")
    return int(known)
