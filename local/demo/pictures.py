"""Pictures for the embedded AWS: the demo's own labelled set, and stand-ins for images not here."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image, ImageDraw

CLASSES = ("circle", "square", "triangle")

_SEED = 20180617
_PICTURES = 24
_EMPTY_PICTURE = 17
_CELL = 100
_COLOURS = ((200, 60, 50), (50, 120, 200), (70, 160, 80), (220, 160, 40), (130, 80, 170))
_BACKGROUND = (245, 243, 238)
_TINT = (176, 190, 197)
# Ground Truth accepts images up to 100 million pixels (developer guide, input-data-limits.md).
_MOST_PIXELS = 100_000_000


@dataclass(frozen=True, slots=True)
class DataSet:
    """Labelled pictures: the output manifest of a labeling job and the images it names."""

    manifest: bytes
    images: dict[str, bytes]
    """By the name that follows the image prefix in ``source-ref``."""


@dataclass(frozen=True, slots=True)
class _Shape:
    class_id: int
    left: int
    top: int
    size: int

    def draw(self, canvas: ImageDraw.ImageDraw, colour: tuple[int, int, int]) -> None:
        right, bottom = self.left + self.size - 1, self.top + self.size - 1
        if CLASSES[self.class_id] == "circle":
            canvas.ellipse((self.left, self.top, right, bottom), fill=colour)
        elif CLASSES[self.class_id] == "square":
            canvas.rectangle((self.left, self.top, right, bottom), fill=colour)
        else:
            tip = ((self.left + right) // 2, self.top)
            canvas.polygon([(self.left, bottom), (right, bottom), tip], fill=colour)

    def annotation(self) -> dict[str, int]:
        return {
            "class_id": self.class_id,
            "top": self.top,
            "left": self.left,
            "height": self.size,
            "width": self.size,
        }


def demo_data_set(image_prefix: str, label_attribute: str, job_name: str) -> DataSet:
    """Draw the demo's pictures: coloured shapes, mostly several, once none; always the same.

    Args:
        image_prefix: S3 URI that the images' names are appended to, ending in "/".
        label_attribute: the attribute that carries the boxes.
        job_name: the labeling job that the metadata names.
    """
    randomness = random.Random(_SEED)  # noqa: S311 - draws pictures
    lines, images = [], {}
    for number in range(1, _PICTURES + 1):
        suffix = ".png" if number % 3 == 0 else ".jpg"
        name = f"shapes-{number:02}{suffix}"
        columns, rows = randomness.randint(3, 5), randomness.randint(2, 4)
        shapes = [] if number == _EMPTY_PICTURE else _shapes(randomness, columns, rows)
        size = (columns * _CELL, rows * _CELL)
        images[name] = _picture(randomness, size, shapes, suffix)
        label = _label(size, shapes)
        metadata = _metadata(shapes, number, job_name)
        lines.append(
            json.dumps(
                {
                    "source-ref": image_prefix + name,
                    label_attribute: label,
                    f"{label_attribute}-metadata": metadata,
                },
                separators=(",", ":"),
            )
        )
    return DataSet("".join(line + "\n" for line in lines).encode(), images)


def stand_ins(manifest: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Draw a picture of the size and format that a manifest's line declares, for each that does.

    Args:
        manifest: the manifest's lines.

    Yields:
        ``source-ref`` and the picture's bytes. Lines that cannot be read, or that declare no usable
        size, are passed over: judging them is the pipeline's work.
    """
    for line in manifest:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("source-ref"), str):
            size = _declared_size(record)
            if size is not None:
                yield record["source-ref"], stand_in(*size, _suffix(record["source-ref"]))


@lru_cache(maxsize=8)
def stand_in(width: int, height: int, suffix: str) -> bytes:
    """Draw a flat picture of a size in pixels; PNG if the suffix is ".png", else JPEG."""
    return _encoded(Image.new("RGB", (width, height), _TINT), suffix)


def _suffix(uri: str) -> str:
    return ".png" if uri.lower().endswith(".png") else ".jpg"


def _declared_size(record: dict[str, Any]) -> tuple[int, int] | None:
    for label in record.values():
        try:
            size = label["image_size"][0]
            width, height = int(size["width"]), int(size["height"])
        except (TypeError, KeyError, IndexError, ValueError):
            continue
        if width > 0 and height > 0 and width * height <= _MOST_PIXELS:
            return width, height
    return None


def _shapes(randomness: random.Random, columns: int, rows: int) -> list[_Shape]:
    cells = [(column, row) for column in range(columns) for row in range(rows)]
    shapes = []
    for column, row in randomness.sample(cells, randomness.randint(1, 5)):
        size = randomness.randint(30, _CELL - 10)
        left = column * _CELL + randomness.randint(0, _CELL - size)
        top = row * _CELL + randomness.randint(0, _CELL - size)
        shapes.append(_Shape(randomness.randrange(len(CLASSES)), left, top, size))
    return shapes


def _picture(
    randomness: random.Random, size: tuple[int, int], shapes: list[_Shape], suffix: str
) -> bytes:
    picture = Image.new("RGB", size, _BACKGROUND)
    canvas = ImageDraw.Draw(picture)
    for shape in shapes:
        shape.draw(canvas, randomness.choice(_COLOURS))
    return _encoded(picture, suffix)


def _encoded(picture: Image.Image, suffix: str) -> bytes:
    encoded = io.BytesIO()
    if suffix == ".png":
        picture.save(encoded, "PNG", compress_level=1)
    else:
        picture.save(encoded, "JPEG", quality=90)
    return encoded.getvalue()


def _label(size: tuple[int, int], shapes: list[_Shape]) -> dict[str, Any]:
    return {
        "image_size": [{"width": size[0], "height": size[1], "depth": 3}],
        "annotations": [shape.annotation() for shape in shapes],
    }


def _metadata(shapes: list[_Shape], number: int, job_name: str) -> dict[str, Any]:
    return {
        "objects": [{"confidence": 0} for _ in shapes],
        "class-map": {str(s.class_id): CLASSES[s.class_id] for s in shapes},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": f"2026-01-15T09:{number:02}:00.000000",
        "job-name": f"labeling-job/{job_name.lower()}",
    }
