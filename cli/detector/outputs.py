"""What ``gt-train predict`` makes of the boxes in an image: lines, pictures, files."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import msgspec

from cli.detector.detector import Detection
from cli.detector.drawing import draw
from cli.detector.image_files import ImageFile
from cli.detector.images import Pixels
from cli.detector.writing import refuse_to_overwrite
from lambdas.pages.visible import visible

LABEL_ATTRIBUTE = "predicted"


class Output(Protocol):
    """Something that is done with each image."""

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:
        """Take over the boxes of one image."""


class Lines:
    """Lines for people: an image, and below it a line for each box, in pixels."""

    def __init__(self, class_names: Sequence[str], write: Callable[[str], object]) -> None:
        self._class_names = class_names
        self._write = write

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:
        """Write what was found in one image."""
        boxes = "1 box" if len(found) == 1 else f"{len(found) or 'no'} boxes"
        self._write(f"{visible(str(image.path))}: {boxes}")
        for detection in found:
            name = visible(self._class_names[detection.class_id], 40)
            box = pixel_box(detection, pixels)
            place = " ".join(f"{side} {length}" for side, length in box.items())
            self._write(f"  {detection.score:.2f} {name}  {place}")


class JsonLines:
    """A JSON object a line: the image's path, and what the endpoint would answer."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:  # noqa: ARG002
        """Write the boxes of one image."""
        document = {"image": str(image.path), **endpoint_answer(found)}
        self._write(msgspec.json.encode(document).decode())


class PredictionFiles:
    """A folder with one ``.out`` file an image, as a batch transform job leaves it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:  # noqa: ARG002
        """Write the file of one image."""
        path = place(self._folder, f"{image.name}.out", image)
        path.write_bytes(msgspec.json.encode(endpoint_answer(found)))


class Drawings:
    """A folder with the images, the boxes drawn on them."""

    def __init__(self, folder: Path, class_names: Sequence[str]) -> None:
        self._folder = folder
        self._class_names = class_names

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:
        """Draw one image."""
        path = place(self._folder, image.name, image)
        draw(pixels, found, self._class_names).save(path, quality=90)


class ManifestLines:
    """An augmented manifest with the boxes as labels, to review or adjust."""

    def __init__(self, file: BinaryIO, class_names: Sequence[str], prefix: str) -> None:
        self._file = file
        self._class_names = class_names
        self._prefix = prefix
        self._created = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")

    def add(self, image: ImageFile, pixels: Pixels, found: Sequence[Detection]) -> None:
        """Write the line of one image (developer guide, sms-data-output.html)."""
        height, width = pixels.shape[:2]
        used = sorted({detection.class_id for detection in found})
        record: dict[str, Any] = {
            "source-ref": f"{self._prefix}{image.name}",
            LABEL_ATTRIBUTE: {
                "image_size": [{"width": width, "height": height, "depth": 3}],
                "annotations": [
                    {"class_id": detection.class_id, **pixel_box(detection, pixels)}
                    for detection in found
                ],
            },
            f"{LABEL_ATTRIBUTE}-metadata": {
                "objects": [{"confidence": round(detection.score, 4)} for detection in found],
                "class-map": {str(class_id): self._class_names[class_id] for class_id in used},
                "type": "groundtruth/object-detection",
                "human-annotated": "no",
                "creation-date": self._created,
                "job-name": "gt-train/predict",
            },
        }
        self._file.write(msgspec.json.encode(record) + b"\n")


def endpoint_answer(found: Sequence[Detection]) -> dict[str, list[list[float]]]:
    """Return what an endpoint of the algorithm answers (object-detection-in-formats.md)."""
    return {
        "prediction": [
            [float(each.class_id), each.score, each.xmin, each.ymin, each.xmax, each.ymax]
            for each in found
        ]
    }


def pixel_box(found: Detection, pixels: Pixels) -> dict[str, int]:
    """Return a box in whole pixels, inside the image and at least one pixel wide and high."""
    height, width = pixels.shape[:2]
    left, right = _span(found.xmin, found.xmax, width)
    top, bottom = _span(found.ymin, found.ymax, height)
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def _span(low: float, high: float, length: int) -> tuple[int, int]:
    start = min(max(0, round(low * length)), length - 1)
    return start, max(start + 1, min(round(high * length), length))


def place(folder: Path, name: str, image: ImageFile) -> Path:
    """Return where to write a file about an image, its folder made; never the image itself."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    refuse_to_overwrite(path, [image.path])
    return path
