"""Opens what ``gt-train predict --model`` names, whichever kind of model it is."""

from pathlib import Path

from cli.detector.archive import model_archive, read_files
from cli.detector.detector import Detector
from cli.detector.errors import NotUsable
from cli.detector.session import OnnxDetector
from cli.detector.stand_in import StandInDetector, is_stand_in
from cli.extras import require

_GZIP = b"\x1f\x8b"
LARGEST_ONNX = 2 << 30
"""Bytes; the limit of the format."""


def open_detector(path: Path) -> Detector:
    """Return the detector in a ``model.tar.gz`` or in an ONNX file of ``gt-train export``.

    A ``model.tar.gz`` is converted in memory; the stand-in of the embedded training service runs
    as it is. Raises ``NotUsable`` where there is no detector.
    """
    try:
        with path.open("rb") as file:
            if file.read(2) != _GZIP:
                file.seek(0)
                return OnnxDetector(file.read(LARGEST_ONNX))
            file.seek(0)
            files = read_files(file)
    except OSError as error:
        raise NotUsable(f"{path}: {error.strerror}") from error
    if is_stand_in(files):
        return StandInDetector(files)
    archive = model_archive(files)
    require("export")
    # Only here are onnx and its half second needed.
    from cli.detector.exporting import Choices, export  # noqa: PLC0415

    return OnnxDetector(export(archive, Choices()).content)
