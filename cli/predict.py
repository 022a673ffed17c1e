"""``gt-train predict``: the boxes that a trained model finds in one's own images."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from cli.detector.errors import NotUsable
from cli.detector.writing import refuse_to_overwrite
from cli.extras import require
from cli.output import PatientConsole
from lambdas.pages.visible import visible

if TYPE_CHECKING:
    from cli.detector.detector import Detector
    from cli.detector.image_files import ImageFile
    from cli.detector.outputs import Output

DEFAULT_THRESHOLD = 0.5


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "predict",
        help="find boxes in images with a trained model, without SageMaker",
        description="Run a trained model over images on this machine. Images are read as MXNet "
        "reads them: the stored frame whatever EXIF says, three channels, OpenCV's resize. Needs "
        "pip install '.[predict]', and for a model.tar.gz '.[predict,export]'.",
        epilog="Exit status: 0 all images were looked at, 2 the model or an image could not be "
        "used.",
    )
    parser.add_argument(
        "images", metavar="IMAGE", nargs="+", type=Path, help="a JPEG or PNG file, or a folder"
    )
    parser.add_argument(
        "--model",
        metavar="FILE",
        type=Path,
        required=True,
        help="a model.tar.gz, or the ONNX file that gt-train export made of it",
    )
    parser.add_argument(
        "--threshold",
        metavar="SCORE",
        type=_score,
        help="leave out boxes with a lower score (default: the one with the best F1 where an "
        f"execution's evaluation measured it, else {DEFAULT_THRESHOLD}; all boxes for --json and "
        "--predictions)",
    )
    _add_outputs(parser)
    parser.set_defaults(run=run)


def _add_outputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json",
        action="store_true",
        help="print a line of JSON for each image: its path, and prediction as the endpoint has it",
    )
    parser.add_argument("--draw", metavar="DIR", type=Path, help="draw the boxes into copies here")
    parser.add_argument(
        "--predictions",
        metavar="DIR",
        type=Path,
        help="write an .out file for each image, as a batch transform job does",
    )
    parser.add_argument(
        "--manifest-out",
        metavar="FILE",
        type=Path,
        help="write the boxes as an augmented manifest, to review or adjust them",
    )
    parser.add_argument(
        "--source-prefix",
        metavar="S3_URI",
        default="",
        help="where the images of --manifest-out lie, such as s3://my-images/; an image's name "
        "follows it in source-ref",
    )


def run(options: argparse.Namespace) -> int:
    """Look at each image; return 0, or 2 where the model or an image could not be used."""
    try:
        require("predict")
        return _run(options)
    except NotUsable as error:
        _complain(str(error))
        return 2
    except OSError as error:
        _complain(f"{error.filename}: {error.strerror}")
        return 2


def _run(options: argparse.Namespace) -> int:
    # These need numpy, onnxruntime and Pillow, which are not installed with the other commands.
    from cli.detector.image_files import image_files  # noqa: PLC0415
    from cli.detector.images import read_image  # noqa: PLC0415
    from cli.detector.opening import open_detector  # noqa: PLC0415

    files = image_files(options.images)
    if options.manifest_out:
        refuse_to_overwrite(options.manifest_out, [options.model, *(each.path for each in files)])
    detector = open_detector(options.model)
    status = 0
    with ExitStack() as open_files:
        outputs = _outputs(options, detector, open_files)
        for file in _followed(files):
            try:
                pixels = read_image(file.path)
            except NotUsable as error:
                _complain(f"{file.path} {error}")
                status = 2
                continue
            found = detector.detect(pixels)
            for threshold, output in outputs:
                output.add(file, pixels, [each for each in found if each.score >= threshold])
    return status


def _outputs(
    options: argparse.Namespace, detector: "Detector", open_files: ExitStack
) -> "list[tuple[float, Output]]":
    """Return what to do with each image, each with the lowest score that it takes."""
    from cli.detector import outputs  # noqa: PLC0415

    names = detector.class_names
    everything = options.threshold or 0.0
    known = detector.score_threshold
    chosen = next(
        each for each in (options.threshold, known, DEFAULT_THRESHOLD) if each is not None
    )
    console = PatientConsole()
    wanted: list[tuple[float, Output]] = [
        (everything, outputs.JsonLines(console.out))
        if options.json
        else (chosen, outputs.Lines(names, console.out))
    ]
    if options.draw:
        wanted.append((chosen, outputs.Drawings(options.draw, names)))
    if options.predictions:
        wanted.append((everything, outputs.PredictionFiles(options.predictions)))
    if options.manifest_out:
        file = open_files.enter_context(options.manifest_out.open("wb"))
        wanted.append((chosen, outputs.ManifestLines(file, names, options.source_prefix)))
    return wanted


def _followed(files: "Sequence[ImageFile]") -> "Iterable[ImageFile]":
    """Return the images; those who wait without seeing a line for each see a bar."""
    console = Console(stderr=True)
    if sys.stdout.isatty() or not console.is_terminal:
        return files
    return _with_bar(files, console)


def _with_bar(files: "Sequence[ImageFile]", console: Console) -> "Iterator[ImageFile]":
    # Standard output stays what it is: rich would lead it to the bar's terminal.
    with Progress(console=console, transient=True, redirect_stdout=False) as progress:
        yield from progress.track(files, description="predicting")


def _score(text: str) -> float:
    try:
        score = float(text)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 1")
    return score


def _complain(what: str) -> None:
    sys.stderr.write(f"gt-train predict: {visible(what)}\n")
