"""Bytes from S3 to S3 through the pipeline's own adapters, without looking at them."""

from pathlib import Path

from benchmarks.validate_manifest.result import Result
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.adapters.object_writer import ObjectWriter

CHUNK = 1 << 18


def run(path: Path, out: Path) -> Result:  # noqa: ARG001 - writes to the bucket
    """``path`` is where the object server keeps the object: its folder is the bucket."""
    bucket = path.parent.name
    lines = 0
    view = memoryview(bytearray(CHUNK))
    with ObjectWriter(bucket, "s3_stream/train.manifest") as train:
        body = open_manifest(f"s3://{bucket}/{path.name}").body
        while count := body.readinto(view):
            chunk = bytes(view[:count])
            lines += chunk.count(b"\n")
            train.write(chunk)
    return Result(lines=lines)
