"""Runs of the command in this process, and manifests to run it on."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from cli.main import main

RECORD: dict[str, Any] = {
    "source-ref": "s3://images/dog.jpg",
    "bb": {
        "image_size": [{"width": 400, "height": 300, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 10, "top": 20, "width": 30, "height": 40}],
    },
    "bb-metadata": {
        "objects": [{"confidence": 0.75}],
        "class-map": {"0": "dog"},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2026-01-01T00:00:00",
        "job-name": "labeling-job/dogs",
    },
}


class Run(NamedTuple):
    status: int
    out: str
    err: str


def validate(capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    try:
        status = main(["validate", *(str(each) for each in arguments)])
    except SystemExit as usage:  # argparse's way
        status = int(str(usage.code))
    return Run(status, *capsys.readouterr())


def any_records(count: int = 20, name: str = "dog", bucket: str = "images") -> list[dict[str, Any]]:
    metadata = {**RECORD["bb-metadata"], "class-map": {"0": name}}
    return [
        {**RECORD, "source-ref": f"s3://{bucket}/{number}.jpg", "bb-metadata": metadata}
        for number in range(count)
    ]


def write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records), encoding="utf-8")
    return path
