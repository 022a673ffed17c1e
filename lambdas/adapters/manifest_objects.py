"""Manifests in S3: one version read as a stream, the channels' manifests written as streams."""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, message, transient_faults_named
from lambdas.errors import InvalidExecutionInput, ManifestNotReadable
from lambdas.manifest.lines import RawStream

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

PART_SIZE = 16 << 20
"""Bytes of an upload part: below 8 MiB the PUT requests cost more than the compute."""

UNVERSIONED = "null"
"""S3's own name for the version of an object that has none."""


@dataclass(frozen=True, slots=True)
class ManifestObject:
    """One version of a manifest, open for reading."""

    uri: str
    version_id: str
    size: int
    body: RawStream


def open_manifest(uri: str, version_id: str | None = None) -> ManifestObject:
    """Open a version of a manifest; without a version, the newest.

    Raises ``InvalidExecutionInput`` where the URI is none, ``ManifestNotReadable`` where the
    object does not exist or may not be read.
    """
    bucket, key = split_uri(uri)
    with transient_faults_named():
        try:
            if version_id is None:
                response = clients.s3().get_object(Bucket=bucket, Key=key)
            else:
                response = clients.s3().get_object(Bucket=bucket, Key=key, VersionId=version_id)
        except ClientError as error:
            raise _not_readable(error, uri, version_id) from error
    return ManifestObject(
        uri,
        response.get("VersionId", UNVERSIONED),
        response["ContentLength"],
        # Its stub is wrong about readinto, which takes a buffer.
        cast("RawStream", response["Body"]),
    )


class S3Manifests:
    """Implements ``lambdas.training.ports.Manifests``."""

    def newest_version(self, uri: str) -> str | None:
        """Return the version that is read when none is named; None where it was deleted."""
        bucket, key = split_uri(uri)
        with transient_faults_named():
            try:
                head = clients.s3().head_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if code(error) != "404":
                    raise
                return None
        return head.get("VersionId", UNVERSIONED)


def split_uri(uri: str) -> tuple[str, str]:
    """Split ``s3://bucket/key``; raises ``InvalidExecutionInput`` for anything else."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise InvalidExecutionInput(f"{uri!r} is not an S3 URI of the form s3://bucket/key.")
    return bucket, key


def _not_readable(error: ClientError, uri: str, version_id: str | None) -> Exception:
    which = f"{uri} (version {version_id})" if version_id else uri
    if code(error) in ("NoSuchKey", "NoSuchVersion", "NoSuchBucket", "404"):
        return ManifestNotReadable(f"{which} does not exist. Check the URI and start again.")
    if code(error) in ("AccessDenied", "403"):
        return ManifestNotReadable(
            f"{which} may not be read: {message(error)}. The pipeline reads its own bucket and "
            "those in the setting image_buckets; an object encrypted with a KMS key needs a grant."
        )
    return error


class ObjectWriter:
    """An S3 object written piece by piece, uploaded in the background in parts of ``PART_SIZE``.

    As a context manager: left normally, the object is there, whole; left by an exception or after
    ``discard``, or if nothing was written, there is none. Holds at most two parts in memory.
    """

    def __init__(self, bucket: str, key: str) -> None:
        self._bucket = bucket
        self._key = key
        self._buffer = bytearray()
        self._upload_id: str | None = None
        self._parts: list[CompletedPartTypeDef] = []
        self._pending: Future[str] | None = None
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
        try:
            if kind is None and not self._discarded:
                self._complete()
            else:
                self._abort()
        finally:
            self._uploader.shutdown()

    def _upload_buffer(self) -> None:
        if self._upload_id is None:
            with transient_faults_named():
                upload = clients.s3().create_multipart_upload(Bucket=self._bucket, Key=self._key)
            self._upload_id = upload["UploadId"]
        self._collect_pending()
        part, self._buffer = bytes(self._buffer), bytearray()
        number = len(self._parts) + 1
        self._pending = self._uploader.submit(self._upload_part, self._upload_id, part, number)

    def _upload_part(self, upload_id: str, part: bytes, number: int) -> str:
        with transient_faults_named():
            response = clients.s3().upload_part(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=upload_id,
                PartNumber=number,
                Body=part,
            )
        return response["ETag"]

    def _collect_pending(self) -> None:
        if self._pending is not None:
            etag = self._pending.result()
            self._parts.append({"PartNumber": len(self._parts) + 1, "ETag": etag})
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
            clients.s3().put_object(Bucket=self._bucket, Key=self._key, Body=bytes(self._buffer))

    def _abort(self) -> None:
        if self._pending is not None:
            self._pending.exception()
        if self._upload_id is not None:
            clients.s3().abort_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload_id
            )
