"""The notebook way: read all, decode, split into lines, load each. It checks nothing.

The seed notebook counts the empty piece after the last line feed; that fault is not repeated.
"""

import json
from pathlib import Path

from benchmarks.validate_manifest.result import Result


def run(path: Path, out: Path) -> Result:  # noqa: ARG001 - writes nothing
    lines = [line for line in path.read_bytes().decode("utf-8").split("\n") if line]
    records = [json.loads(line) for line in lines]
    boxes = 0
    classes: set[str] = set()
    for record in records:
        boxes += len(record["my-labeling-job"]["annotations"])
        classes |= record["my-labeling-job-metadata"]["class-map"].keys()
    return Result(lines=len(lines), boxes=boxes, classes=len(classes))
