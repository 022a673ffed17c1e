"""What opening and reading a manifest in S3 does when S3 has it, and when something is wrong."""

import pytest

from lambdas.adapters.manifest_objects import S3Manifests, open_manifest
from lambdas.errors import InvalidExecutionInput, ManifestNotReadable, ServiceUnavailable
from tests.unit.adapters.in_memory_s3 import Answer, InMemoryS3, refusal

URI = "s3://bucket/labels/output.manifest"


def read(uri: str, version_id: str | None = None) -> bytes:
    stream = open_manifest(uri, version_id).body
    buffer = bytearray(4)
    found = b""
    while count := stream.readinto(buffer):
        found += buffer[:count]
    return found


def test_a_manifest_is_read_to_its_end(s3: InMemoryS3) -> None:
    s3.objects["bucket/labels/output.manifest"] = b"ten bytes\n"

    manifest = open_manifest(URI)

    assert (manifest.size, manifest.version_id) == (10, "v1")
    assert read(URI) == b"ten bytes\n"


def test_the_version_that_is_named_is_read(s3: InMemoryS3) -> None:
    s3.before = lambda _, query: (200, {}, query.get("versionId", "newest").encode())

    assert read(URI, "v7") == b"v7"
    assert read(URI) == b"newest"
    assert open_manifest(URI).version_id == "null"


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (refusal(404, "NoSuchKey"), "does not exist"),
        (refusal(404, "NoSuchVersion"), "does not exist"),
        (refusal(403, "AccessDenied"), "image_buckets"),
    ],
)
def test_what_can_not_be_opened_says_what_to_do(s3: InMemoryS3, answer: Answer, cause: str) -> None:
    s3.before = lambda _operation, _query: answer

    with pytest.raises(ManifestNotReadable, match=cause):
        open_manifest(URI, "v1")


def test_an_outage_of_s3_is_worth_another_try(s3: InMemoryS3) -> None:
    s3.before = lambda _operation, _query: refusal(503, "SlowDown")

    with pytest.raises(ServiceUnavailable):
        open_manifest(URI)


def test_a_download_that_breaks_off_is_worth_another_try(s3: InMemoryS3) -> None:
    s3.before = lambda _operation, _query: (200, {"Content-Length": "100"}, b"only this")

    with pytest.raises(ServiceUnavailable, match="broke off"):
        read(URI)


@pytest.mark.parametrize("uri", ["bucket/key", "https://bucket/key", "s3://bucket", "s3:///key"])
def test_what_is_no_s3_uri_is_refused_without_a_request(s3: InMemoryS3, uri: str) -> None:
    with pytest.raises(InvalidExecutionInput, match="s3://bucket/key"):
        open_manifest(uri)

    assert not s3.requests


def test_a_deleted_manifest_has_no_newest_version(s3: InMemoryS3) -> None:
    s3.before = lambda _operation, _query: (404, {}, b"")  # HEAD has no body to name the error

    assert S3Manifests().newest_version(URI) is None
