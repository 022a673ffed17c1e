"""The demo's own pictures, as a labeling job would have labelled them."""

from __future__ import annotations

import io
import json
import random
from dataclasses import asdict, dataclass
from typing import Any

from PIL import Image

from local.demo.scene import CLASSES, Scene, draw_scene

_SEED = 20180617
_FRESH_SEED = 20180618
_PICTURES = 60
_EMPTY_PICTURE = 17
_MOST_SHAPES = 5


@dataclass(frozen=True, slots=True)
class DataSet:
    """Labelled pictures: the output manifest of a labeling job and the images it names."""

    manifest: bytes
    images: dict[str, bytes]
    """By the name that follows the image prefix in ``source-ref``."""


def demo_data_set(image_prefix: str, label_attribute: str, job_name: str) -> DataSet:
    """Draw the demo's pictures: shapes, mostly several, once none; always the same.

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
        most = 0 if number == _EMPTY_PICTURE else randomness.randint(1, _MOST_SHAPES)
        scene = draw_scene(randomness, most)
        images[name] = _encoded(scene.picture, suffix)
        record = {
            "source-ref": image_prefix + name,
            label_attribute: _label(scene),
            f"{label_attribute}-metadata": _metadata(scene, number, job_name),
        }
        lines.append(json.dumps(record, separators=(",", ":")))
    return DataSet("".join(line + "\n" for line in lines).encode(), images)


def fresh_picture() -> bytes:
    """Draw a picture of the same kind that is in no manifest, as a PNG file."""
    return _encoded(draw_scene(random.Random(_FRESH_SEED), _MOST_SHAPES).picture, ".png")  # noqa: S311


def _encoded(picture: Image.Image, suffix: str) -> bytes:
    encoded = io.BytesIO()
    if suffix == ".png":
        picture.save(encoded, "PNG", compress_level=1)
    else:
        picture.save(encoded, "JPEG", quality=85)
    return encoded.getvalue()


def _label(scene: Scene) -> dict[str, Any]:
    width, height = scene.picture.size
    return {
        "image_size": [{"width": width, "height": height, "depth": 3}],
        "annotations": [asdict(shape) for shape in scene.shapes],
    }


def _metadata(scene: Scene, number: int, job_name: str) -> dict[str, Any]:
    return {
        "objects": [{"confidence": 0} for _ in scene.shapes],
        "class-map": {str(shape.class_id): CLASSES[shape.class_id] for shape in scene.shapes},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": f"2026-01-15T09:{number - 1:02}:00.000000",
        "job-name": f"labeling-job/{job_name.lower()}",
    }
