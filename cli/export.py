"""``gt-train export``: a trained model as one ONNX file that runs without SageMaker and MXNet."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cli.class_names import class_names_of
from cli.detector.archive import ModelArchive, read_archive
from cli.detector.errors import NotUsable
from cli.detector.writing import refuse_to_overwrite, write_whole
from cli.extras import require
from lambdas.pages.visible import visible

if TYPE_CHECKING:
    from cli.detector.exporting import ExportedModel
    from cli.trained_model import TrainedModel


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "export",
        help="turn a trained model into one ONNX file",
        description="Turn the model.tar.gz of SageMaker's built-in Object Detection algorithm into "
        "one ONNX file: an image goes in, boxes come out. Anchors, decoding and non-maximum "
        "suppression are inside; MXNet is not needed. Needs pip install '.[export]'.",
        epilog="Exit status: 0 written, 2 not written because something could not be used.",
    )
    parser.add_argument(
        "model",
        metavar="MODEL_TAR_GZ_OR_EXECUTION",
        help="the file that the training job wrote, or the name or ARN of an execution, whose "
        "model and class names are read with the AWS credentials and region of the environment",
    )
    parser.add_argument("--onnx", type=Path, metavar="FILE", required=True, help="where to write")
    names = parser.add_mutually_exclusive_group()
    names.add_argument(
        "--manifest",
        metavar="PATH_OR_S3_URI",
        help="the manifest that the model was trained on, for the names of its classes",
    )
    names.add_argument(
        "--labels", metavar="A,B,…", type=_labels, help="the names of the classes from 0 on"
    )
    parser.add_argument(
        "--mean",
        metavar="R,G,B",
        type=_mean,
        default=(0.0, 0.0, 0.0),
        help="what the model shall subtract from each pixel (default: nothing)",
    )
    parser.add_argument(
        "--image-shape",
        metavar="PIXELS",
        type=_pixels,
        help="the hyperparameter, where the archive has no hyperparams.json",
    )
    parser.add_argument(
        "--heads",
        action="store_true",
        help="also give out the scores and corrections of all anchors",
    )
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="the stack of the execution (default: the one that make deploy deploys)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Write the file and say what is in it; return 0, or 2 where something could not be used."""
    try:
        require("export")
        _run(options)
    except NotUsable as error:
        sys.stderr.write(f"gt-train export: {visible(str(error))}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"gt-train export: {options.model}: {error.strerror}\n")
        return 2
    return 0


def _run(options: argparse.Namespace) -> None:
    # Needs numpy and onnx, which are not installed with the other commands.
    from cli.detector.exporting import Choices, export  # noqa: PLC0415

    refuse_to_overwrite(options.onnx, [Path(options.model)])
    archive, known = _source(options)
    names = options.labels or _named(_names(options, known))
    choices = Choices(
        class_names=names,
        image_shape=options.image_shape,
        mean=options.mean,
        heads=options.heads,
        score_threshold=known.score_threshold if known else None,
        execution=known.execution if known else None,
    )
    exported = export(archive, choices)
    write_whole(options.onnx, exported.content)
    _tell(options, exported)


def _source(options: argparse.Namespace) -> "tuple[ModelArchive, TrainedModel | None]":
    """Return the archive, and where it is an execution's, what is known of it."""
    path = Path(options.model)
    if path.is_file():
        with path.open("rb") as file:
            return read_archive(file), None
    if path.suffix == ".gz" or "/" in options.model:
        raise NotUsable(f"{path} does not exist")
    from cli.trained_model import trained_model  # noqa: PLC0415 - imports boto3, half a second

    known = trained_model(options.model, options.stack)
    with known.archive as file:
        return read_archive(file), known


def _names(options: argparse.Namespace, known: "TrainedModel | None") -> dict[int, str]:
    if options.manifest:
        return class_names_of(options.manifest)
    return known.class_names if known else {}


def _named(names: dict[int, str]) -> list[str]:
    """Return the names in order; the network has a class for each id up to the highest."""
    return [names.get(class_id, str(class_id)) for class_id in range(max(names, default=-1) + 1)]


def _tell(options: argparse.Namespace, exported: "ExportedModel") -> None:
    about = exported.description
    lines = [
        f"{options.onnx}: {len(exported.content) / 1e6:.1f} MB, images of"
        f" {about.image_shape} × {about.image_shape}, classes {', '.join(about.class_names)}"
    ]
    if about.hyperparameters.get("base_network") == "vgg-16" and not any(about.mean):
        lines.append(
            "Whether SageMaker subtracts a mean for vgg-16 is not documented: if the boxes are"
            " poor, try --mean 123,117,104 (docs/model-at-home.md)"
        )
    sys.stdout.write("".join(f"{visible(line)}\n" for line in lines))


def _labels(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise argparse.ArgumentTypeError(f"{text!r} has an empty name")
    return names


def _mean(text: str) -> tuple[float, ...]:
    try:
        mean = tuple(float(value) for value in text.split(","))
    except ValueError:
        mean = ()
    if len(mean) != 3 or not all(0 <= value <= 255 for value in mean):
        raise argparse.ArgumentTypeError(f"{text!r} is not three numbers from 0 to 255")
    return mean


def _pixels(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= len(text) <= 4 or text == "0":
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pixels")
    return int(text)
