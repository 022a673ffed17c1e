"""Answers of transform jobs are read in order, many at once, a bounded number ahead."""

import pytest

from lambdas.adapters.answers import AHEAD, S3Answers
from lambdas.errors import ServiceUnavailable
from tests.unit.adapters.in_memory_s3 import InMemoryS3, refusal

OUTPUT = "s3://bucket/executions/dogs/predictions/"


def filled(s3: InMemoryS3, count: int) -> list[str]:
    uris = [f"{OUTPUT}{number:05}.jpg.out" for number in range(count)]
    for uri in uris:
        s3.objects[uri.removeprefix("s3://")] = uri.encode()
    return uris


def test_the_files_below_a_prefix_are_listed_and_read_in_order(s3: InMemoryS3) -> None:
    uris = filled(s3, 300)
    s3.objects["bucket/executions/dogs/other.out"] = b""

    assert list(S3Answers().listed(OUTPUT)) == uris
    assert list(S3Answers().read(reversed(uris))) == [uri.encode() for uri in reversed(uris)]


def test_keys_with_odd_characters_are_read(s3: InMemoryS3) -> None:
    s3.objects["bucket/executions/dogs/predictions/a b/ü+%20.jpg.out"] = b"answer"

    (uri,) = S3Answers().listed(OUTPUT)
    assert list(S3Answers().read([uri])) == [b"answer"]


def test_no_more_is_read_ahead_than_fits_into_memory(s3: InMemoryS3) -> None:
    uris = filled(s3, AHEAD + 50)
    asked: list[str] = []

    def wanted() -> object:
        for uri in uris:
            asked.append(uri)
            yield uri

    answers = S3Answers().read(wanted())  # type: ignore[arg-type]
    for taken in range(1, 11):
        next(answers)
        assert len(asked) <= AHEAD + taken
    answers.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (404, "NoSuchKey")])
def test_a_read_that_may_succeed_later_is_tried_again_by_the_workflow(
    s3: InMemoryS3, status: int, code: str
) -> None:
    uris = filled(s3, 3)
    s3.before = lambda operation, _: refusal(status, code) if operation == "GET" else None

    with pytest.raises(ServiceUnavailable):
        list(S3Answers().read(uris))
