"""What the pipeline runs: every rule, the split, the duplicates, the statistics and the report."""

from pathlib import Path

from benchmarks.validate_manifest.result import Result
from lambdas.manifest.policy import Policy
from lambdas.manifest.validate import Sinks, validate_manifest


def run(path: Path, out: Path) -> Result:
    with (
        path.open("rb", buffering=0) as manifest,
        (out / "train.manifest").open("wb", buffering=0) as train,
        (out / "validation.manifest").open("wb", buffering=0) as validation,
        (out / "rejected.jsonl").open("wb", buffering=0) as rejected,
    ):
        sinks = Sinks(train.write, validation.write, _nothing, rejected.write)
        report = validate_manifest(manifest, Policy(), sinks)
    (out / "report.json").write_bytes(report.to_json())
    return Result(
        lines=report.records.total,
        usable=report.records.usable,
        boxes=report.boxes,
        classes=len(report.classes),
    )


def _nothing(_chunk: bytes) -> None:
    """No test part is held out."""
