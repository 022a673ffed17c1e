"""Writes an object to S3 as a stream: the channels' manifests, as the validator puts them out."""

import base64
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.adapters.observability import logger

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PART_SIZE = 8 << 20
"""Bytes of an upload part. Each writer holds two, and up to four write at once. S3's 10,000 parts
(S3 user guide, qfacts.html) make 84 GB, more than is read in Lambda's 15 minutes."""


class ObjectWriter:
    """An S3 object written piece by piece, uploaded in the background in parts of ``PART_SIZE``.

    As a context manager: left normally, the object is there, whole; left by an exception or after
    ``discard``, or if nothing was written, there is none. Holds at most two parts in memory. A
    failed upload raises from ``write`` or on leaving.
    """

    def __init__(self, bucket: str, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[CompletedPartTypeDef] = []
        self._pending: Future[CompletedPartTypeDef] | None = None
        self._uploader = ThreadPoolExecutor(max_workers=1)
        self._discarded = False

    def write(self, data: bytes) -> None:
        """Append bytes."""
        self._buffer += data
        if len(self._buffer) >= PART_SIZE:
            self._upload_buffer()

    def discard(self) -> None:
        """Leave no object behind."""
        self._discarded = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        complete = False
        try:
            if kind is None and not self._discarded:
                self._complete()
                complete = True
        finally:
            if not complete:
                self._abort()
            self._uploader.shutdown()

    def _upload_buffer(self) -> None:
        if self._upload_id is None:
            # Parts with a checksum need an upload that was created for it (S3 API reference,
            # CreateMultipartUpload), and boto3 gives every part one.
            with transient_faults_named():
                upload = clients.s3().create_multipart_upload(
                    Bucket=self._bucket, Key=self._key, ChecksumAlgorithm="CRC32"
                )
            self._upload_id = upload["UploadId"]
        self._collect_pending()
        part, self._buffer = self._buffer, bytearray()
        number = len(self._parts) + 1
        self._pending = self._uploader.submit(self._upload_part, self._upload_id, part, number)

    def _upload_part(self, upload_id: str, part: bytearray, number: int) -> "CompletedPartTypeDef":
        checksum = _checksum(part)
        with transient_faults_named():
            response = clients.s3().upload_part(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=upload_id,
                PartNumber=number,
                ChecksumCRC32=checksum,
                Body=cast("bytes", part),  # a copy would cost a third part's memory
            )
        return {"PartNumber": number, "ETag": response["ETag"], "ChecksumCRC32": checksum}

    def _collect_pending(self) -> None:
        if self._pending is not None:
            self._parts.append(self._pending.result())
            self._pending = None

    def _complete(self) -> None:
        if self._upload_id is None:
            if self._buffer:
                self._put_whole()
            return
        if self._buffer:
            self._upload_buffer()
        self._collect_pending()
        with transient_faults_named():
            clients.s3().complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload_id,
                MultipartUpload={"Parts": self._parts},
            )

    def _put_whole(self) -> None:
        with transient_faults_named():
            clients.s3().put_object(
                Bucket=self._bucket,
                Key=self._key,
                ChecksumCRC32=_checksum(self._buffer),
                Body=cast("bytes", self._buffer),
            )

    def _abort(self) -> None:
        if self._pending is not None:
            self._pending.exception()  # S3 keeps a part that arrives after its upload was aborted
        if self._upload_id is None:
            return
        try:
            clients.s3().abort_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload_id
            )
        except Exception:
            # What led here matters more, and the bucket drops unfinished uploads after a day.
            logger.exception("the upload of s3://%s/%s is left unfinished", self._bucket, self._key)


def _checksum(part: bytearray) -> str:
    """As a header; boto3 would send one behind the part, in chunks that keep the interpreter busy.

    CRC32, big-endian, in base64 (S3 user guide, checking-object-integrity.html).
    """
    return base64.b64encode(zlib.crc32(part).to_bytes(4, "big")).decode()
