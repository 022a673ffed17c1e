"""Opens manifests in S3: one version, read as a stream."""

from dataclasses import dataclass
from typing import cast

from botocore.exceptions import ClientError, IncompleteReadError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, message, transient_faults_named
from lambdas.contract import UNVERSIONED
from lambdas.errors import InvalidExecutionInput, ManifestNotReadable, ServiceUnavailable
from lambdas.manifest.stream.lines import RawStream


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
        _Body(cast("RawStream", response["Body"])),
    )


class _Body:
    """The body of an object; a connection that breaks off is as passing as a call that fails."""

    def __init__(self, body: RawStream) -> None:
        self._body = body

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        with transient_faults_named():
            try:
                return self._body.readinto(buffer)
            except IncompleteReadError as error:
                raise ServiceUnavailable(f"The manifest's download broke off: {error}") from error


class S3Manifests:
    """Implements ``lambdas.training.attempt.Manifests``."""

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
