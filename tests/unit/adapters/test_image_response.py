"""What S3's answers to a read mean."""

import pytest

from lambdas.adapters.image_response import Passing, Response
from lambdas.errors import ServiceUnavailable
from lambdas.images.answer import Answer, Part, Refusal, Span

SPAN = Span(2, 6)
KEY = ("x-amz-server-side-encryption-customer-algorithm", "AES256")


def answer(status: int, body: bytes = b"", *headers: tuple[str, str]) -> Answer:
    response = Response()
    response.begin(status, list(headers))
    for place in range(0, len(body), 3):
        response.add(body[place : place + 3])
    return response.answer(SPAN)


def error(code: str) -> bytes:
    return f"<Error><Code>{code}</Code><Message>says S3</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((status, "") for status in (429, 500, 502, 503, 504)),
        (400, "RequestTimeout"),
        (400, "KMS.ThrottlingException"),
        (403, "SlowDown"),
    ],
)
def test_what_passes_is_no_answer(status: int, code: str) -> None:
    with pytest.raises(Passing):
        answer(status, error(code))


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidAccessKeyId", "SignatureDoesNotMatch"])
def test_what_is_about_who_asks_says_nothing_of_the_image(code: str) -> None:
    with pytest.raises(ServiceUnavailable, match="credentials"):
        answer(403, error(code))


def test_a_refusal_has_s3s_words_and_the_buckets_region() -> None:
    found = answer(301, error("PermanentRedirect"), ("x-amz-bucket-region", "us-east-1"))
    assert found == Refusal(301, "PermanentRedirect", "says S3", "us-east-1")


def test_a_part_has_the_size_of_the_whole() -> None:
    assert answer(206, b"cdef", ("Content-Range", "bytes 2-5/9")) == Part(b"cdef", 9)


def test_the_last_part_is_shorter() -> None:
    assert answer(206, b"cde", ("Content-Range", "bytes 2-4/5")) == Part(b"cde", 5)


def test_a_part_with_bytes_missing_passes() -> None:
    with pytest.raises(Passing):
        answer(206, b"cde", ("Content-Range", "bytes 2-5/9"))


def test_a_stand_in_without_ranges_sends_all() -> None:
    assert answer(200, b"abcdefgh") == Part(b"cdef", 8)


def test_an_etag_counts_where_s3_has_the_key() -> None:
    etag = ("ETag", '"d41d8cd98f00b204e9800998ecf8427e"')
    place = ("Content-Range", "bytes 2-5/9")

    def content(*headers: tuple[str, str]) -> str | None:
        found = answer(206, b"cdef", place, etag, *headers)
        assert isinstance(found, Part)
        return found.content

    assert content(("x-amz-server-side-encryption", "AES256")) is not None
    assert content(("x-amz-server-side-encryption", "aws:kms")) is None
    assert content(KEY) is None
