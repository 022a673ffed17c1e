"""Pydantic models for a line, streaming; all checks but duplicate keys, which it can't see."""

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from benchmarks.validate_manifest.contestants.checks import MAX_CHARACTERS, Faulty, Sorter
from benchmarks.validate_manifest.result import Result

Side = Annotated[int, Field(gt=0)] | Annotated[float, Field(gt=0, multiple_of=1)]
Start = Annotated[int | float, Field(ge=0)]
Length = Annotated[int | float, Field(gt=0)]


class Strict(BaseModel):
    model_config = ConfigDict(strict=True)


class Size(Strict):
    width: Side
    height: Side
    depth: Literal[3]


class Box(Strict):
    class_id: Annotated[int, Field(ge=0, le=9_999)]
    left: Start
    top: Start
    width: Length
    height: Length


class Label(Strict):
    image_size: Annotated[list[Size], Field(min_length=1, max_length=1)]
    annotations: list[Box]


class Confidence(Strict):
    confidence: float


class Metadata(Strict):
    objects: list[Confidence]
    class_map: Annotated[
        dict[str, Annotated[str, Field(min_length=1, max_length=256)]], Field(alias="class-map")
    ]
    type: Literal["groundtruth/object-detection"]


class Line(Strict):
    source_ref: Annotated[str, Field(alias="source-ref")]
    label: Annotated[Label, Field(alias="my-labeling-job")]
    metadata: Annotated[Metadata, Field(alias="my-labeling-job-metadata")]


def run(path: Path, out: Path) -> Result:
    with ExitStack() as files, path.open("rb", buffering=1 << 18) as manifest:
        sorter = Sorter(out, files)
        for raw in manifest:
            if raw.isspace():
                continue
            sorter.lines += 1
            try:
                _take(sorter, raw)
            except (ValidationError, Faulty):
                sorter.reject(raw)
        return sorter.result()


def _take(sorter: Sorter, raw: bytes) -> None:
    if len(raw) > MAX_CHARACTERS:
        raise Faulty
    line = Line.model_validate_json(raw)
    boxes = [
        (box.class_id, box.left, box.top, box.width, box.height) for box in line.label.annotations
    ]
    if len(line.metadata.objects) != len(boxes):
        raise Faulty
    size = line.label.image_size[0]
    sorter.take(raw, line.source_ref, size.width, size.height, boxes, line.metadata.class_map)
