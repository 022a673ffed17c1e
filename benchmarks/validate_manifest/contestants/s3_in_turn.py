"""The validator between plain boto3 calls, one after the other in a single thread."""

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.validate_manifest.result import Result
from lambdas.adapters import clients
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.manifest.policy import Policy
from lambdas.manifest.validate import Sinks, validate_manifest

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PART_SIZE = 8 << 20


class Upload:
    """An object uploaded in parts, each as soon as it is full."""

    def __init__(self, bucket: str, key: str) -> None:
        self._bucket = bucket
        self._key = key
        created = clients.s3().create_multipart_upload(Bucket=bucket, Key=key)
        self._upload_id = created["UploadId"]
        self._chunks: list[bytes] = []
        self._size = 0
        self._parts: list[CompletedPartTypeDef] = []

    def write(self, data: bytes) -> None:
        self._chunks.append(data)
        self._size += len(data)
        if self._size >= PART_SIZE:
            self._send()

    def close(self) -> None:
        self._send()
        clients.s3().complete_multipart_upload(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            MultipartUpload={"Parts": self._parts},
        )

    def _send(self) -> None:
        number = len(self._parts) + 1
        answer = clients.s3().upload_part(
            Bucket=self._bucket,
            Key=self._key,
            UploadId=self._upload_id,
            PartNumber=number,
            Body=b"".join(self._chunks),
        )
        self._chunks.clear()
        self._size = 0
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})


def run(path: Path, out: Path) -> Result:  # noqa: ARG001 - writes to the bucket
    """``path`` is where the object server keeps the object: its folder is the bucket."""
    bucket = path.parent.name
    train, validation, rejected = (
        Upload(bucket, f"s3_in_turn/{name}") for name in ("train", "validation", "rejected")
    )
    manifest = open_manifest(f"s3://{bucket}/{path.name}")
    sinks = Sinks(train.write, validation.write, _nothing, rejected.write)
    report = validate_manifest(manifest.body, Policy(), sinks)
    for upload in (train, validation, rejected):
        upload.close()
    return Result(
        lines=report.records.total,
        usable=report.records.usable,
        boxes=report.boxes,
        classes=len(report.classes),
    )


def _nothing(_chunk: bytes) -> None:
    """No test part is held out."""
