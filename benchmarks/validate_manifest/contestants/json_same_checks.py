"""The standard library's json, streaming, with the same checks as the validator."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.validate_manifest.contestants.checks import MAX_CHARACTERS, Faulty, Sorter
from benchmarks.validate_manifest.result import Result

ATTRIBUTE = "my-labeling-job"
METADATA = "my-labeling-job-metadata"


def run(path: Path, out: Path) -> Result:
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse)
    return validate(path, out, decoder.decode)


def validate(path: Path, out: Path, decode: Callable[[str], Any]) -> Result:
    with ExitStack() as files, path.open("rb", buffering=1 << 18) as manifest:
        sorter = Sorter(out, files)
        for raw in manifest:
            if raw.isspace():
                continue
            sorter.lines += 1
            try:
                if len(raw) > MAX_CHARACTERS:
                    raise Faulty
                _take(sorter, raw, decode(raw.decode("utf-8")))
            except (ValueError, KeyError, TypeError, RecursionError):
                sorter.reject(raw)
        return sorter.result()


def _take(sorter: Sorter, raw: bytes, line: Any) -> None:
    label, metadata = line[ATTRIBUTE], line[METADATA]
    if metadata["type"] != "groundtruth/object-detection":
        raise Faulty
    (size,) = label["image_size"]
    width, height = size["width"], size["height"]
    for side in (width, height):
        if (type(side) is not int and type(side) is not float) or side <= 0 or side % 1:
            raise Faulty
    if size["depth"] != 3:
        raise Faulty
    boxes = [_box(box) for box in label["annotations"]]
    if len(metadata["objects"]) != len(boxes):
        raise Faulty
    names = metadata["class-map"]
    for name in names.values():
        if type(name) is not str or not 0 < len(name) <= 256:
            raise Faulty
    sorter.take(raw, line["source-ref"], width, height, boxes, names)


def _box(box: Any) -> tuple[int, float, float, float, float]:
    class_id, left, top = box["class_id"], box["left"], box["top"]
    width, height = box["width"], box["height"]
    if type(class_id) is not int or not 0 <= class_id <= 9_999:
        raise Faulty
    for value in (left, top, width, height):
        if type(value) is not int and type(value) is not float:
            raise Faulty
    if left < 0 or top < 0 or width <= 0 or height <= 0:
        raise Faulty
    return class_id, left, top, width, height


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise Faulty
    return built


def _refuse(constant: str) -> None:
    raise Faulty(constant)
