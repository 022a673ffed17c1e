"""An object that is written as a stream is there whole, or not at all."""

import threading

import pytest

from lambdas.adapters import object_writer
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.errors import ServiceUnavailable
from tests.unit.adapters.in_memory_s3 import Answer, InMemoryS3, refusal

PART = 1000
PLACE = "bucket/folder/key"


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_writer, "PART_SIZE", PART)


def writer() -> ObjectWriter:
    return ObjectWriter("bucket", "folder/key")


def write(*pieces: bytes) -> None:
    with writer() as target:
        for piece in pieces:
            target.write(piece)


def failing(s3: InMemoryS3, *operations: str) -> None:
    s3.before = lambda operation, _: (
        refusal(503, "SlowDown", operation) if operation in operations else None
    )


def test_a_small_object_is_put_in_one_request(s3: InMemoryS3) -> None:
    write(b"one", b"two")

    assert s3.objects == {PLACE: b"onetwo"}
    assert s3.requests == ["PUT"]


@pytest.mark.parametrize("last", [b"", b"the rest"])
def test_a_large_object_is_completed_from_its_parts_in_order(s3: InMemoryS3, last: bytes) -> None:
    pieces = [bytes([number]) * PART for number in range(5)]

    write(*pieces, last)

    assert s3.objects == {PLACE: b"".join(pieces) + last}
    assert not s3.uploads


def test_without_a_byte_there_is_no_object_and_no_request(s3: InMemoryS3) -> None:
    write()

    assert not s3.requests


@pytest.mark.parametrize("size", [10, 3 * PART])
def test_an_exception_leaves_nothing_behind(s3: InMemoryS3, size: int) -> None:
    def interrupted() -> None:
        with writer() as target:
            target.write(b"x" * size)
            raise ValueError("of the caller")

    with pytest.raises(ValueError, match="of the caller"):
        interrupted()

    assert not s3.objects
    assert not s3.uploads


@pytest.mark.parametrize("size", [10, 3 * PART])
def test_what_is_discarded_leaves_nothing_behind(s3: InMemoryS3, size: int) -> None:
    with writer() as target:
        target.write(b"x" * size)
        target.discard()

    assert not s3.objects
    assert not s3.uploads


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_a_part_that_fails_raises_and_leaves_nothing_behind(s3: InMemoryS3, pieces: int) -> None:
    failing(s3, "PUT partNumber uploadId")

    with pytest.raises(ServiceUnavailable, match="UploadPart: PUT partNumber"):
        write(*[b"x" * PART] * pieces)

    assert not s3.objects
    assert not s3.uploads


def test_an_upload_that_can_not_be_completed_raises_and_leaves_nothing(s3: InMemoryS3) -> None:
    failing(s3, "POST uploadId")

    with pytest.raises(ServiceUnavailable, match="CompleteMultipartUpload"):
        write(b"x" * PART)

    assert not s3.uploads


def test_a_failing_clean_up_does_not_hide_what_went_wrong(s3: InMemoryS3) -> None:
    failing(s3, "PUT partNumber uploadId", "DELETE uploadId")

    with pytest.raises(ServiceUnavailable, match="UploadPart"):
        write(b"x" * PART)


def test_a_part_under_way_arrives_before_its_upload_is_aborted(s3: InMemoryS3) -> None:
    answered = []

    def slow(operation: str, _: dict[str, str]) -> Answer | None:
        if operation.startswith("PUT"):
            threading.Event().wait(0.1)  # long enough for an abort that does not wait
        answered.append(operation)
        return None

    s3.before = slow
    with writer() as target:
        target.write(b"x" * PART)
        target.discard()

    assert answered == ["POST uploads", "PUT partNumber uploadId", "DELETE uploadId"]


def test_no_more_than_two_parts_are_held(s3: InMemoryS3) -> None:
    written = arrived = most = 0

    def slow(operation: str, _: dict[str, str]) -> Answer | None:
        nonlocal arrived, most
        if operation.startswith("PUT"):
            threading.Event().wait(0.02)  # long enough for a writer that does not wait
            most = max(most, written - arrived)
            arrived += 1
        return None

    s3.before = slow
    with writer() as target:
        for _ in range(8):
            written += 1
            target.write(b"x" * PART)

    assert arrived == 8
    assert most == 2
