"""What the function runs: the pipeline's own adapters around the validator, S3 to S3."""

from contextlib import ExitStack
from pathlib import Path

from benchmarks.validate_manifest.result import Result
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.manifest.policy import Policy
from lambdas.manifest.validate import Sinks, validate_manifest

NAMES = ("train.manifest", "validation.manifest", "rejected.jsonl")


def run(path: Path, out: Path) -> Result:  # noqa: ARG001 - writes to the bucket
    """``path`` is where the object server keeps the object: its folder is the bucket."""
    bucket = path.parent.name
    with ExitStack() as writers:
        train, validation, rejected = (
            writers.enter_context(ObjectWriter(bucket, f"s3_pipeline/{name}")) for name in NAMES
        )
        sinks = Sinks(train.write, validation.write, _nothing, rejected.write)
        manifest = open_manifest(f"s3://{bucket}/{path.name}")
        report = validate_manifest(manifest.body, Policy(), sinks)
    return Result(
        lines=report.records.total,
        usable=report.records.usable,
        boxes=report.boxes,
        classes=len(report.classes),
    )


def _nothing(_chunk: bytes) -> None:
    """No test part is held out."""
