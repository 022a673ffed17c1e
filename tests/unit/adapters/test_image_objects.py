"""Images in S3 are examined by few reads, and what passes never becomes a verdict."""

from collections.abc import Iterator

import pytest
from botocore.credentials import ReadOnlyCredentials

from lambdas.adapters import image_objects
from lambdas.adapters.image_objects import examine_objects
from lambdas.adapters.object_requests import Endpoint, ObjectRequests
from lambdas.errors import ServiceUnavailable
from lambdas.images.examination import FIRST_READ, Examine, examine_header, examine_pixels
from tests.unit.adapters.scripted_s3 import ScriptedS3, scripted_s3
from tests.unit.images.images import any_image, declared, encoded, exif

JPEG = encoded(any_image(), "JPEG")
BIG_EXIF = encoded(any_image(), "JPEG", exif=exif(1, 60_000))
SLOW_DOWN = (503, "<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>")
DENIED = "<Error><Code>AccessDenied</Code><Message>a &lt;role&gt; may not</Message></Error>"


@pytest.fixture
def s3() -> Iterator[ScriptedS3]:
    with scripted_s3() as stand_in:
        yield stand_in


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_objects, "FIRST_WAIT", 0.001)


def examined(
    s3: ScriptedS3, *keys: str, how: Examine = examine_header, connections: int = 4
) -> dict[str, list[str]]:
    """The rules that images break, by key."""
    requests = ObjectRequests(
        Endpoint(s3.url), "eu-west-1", ReadOnlyCredentials("key", "secret", "token")
    )
    images = (declared(line=line, source_ref=f"s3://images/{key}") for line, key in enumerate(keys))
    return {
        found.image.source_ref.removeprefix("s3://images/"): [
            fault.rule.code for fault in found.faults
        ]
        for found in examine_objects(images, how, requests, connections)
    }


def test_every_image_is_examined_over_a_few_connections(s3: ScriptedS3) -> None:
    keys = [f"{number}.jpg" for number in range(130)]
    s3.objects = {f"/images/{key}": JPEG for key in keys[1:]}
    found = examined(s3, *keys)
    assert found == {"0.jpg": ["image-missing"], **{key: [] for key in keys[1:]}}
    assert len(s3.reads) == len(keys)
    assert len(s3.connections) <= 4


def test_nothing_to_examine_takes_no_read(s3: ScriptedS3) -> None:
    assert examined(s3) == {}
    assert not s3.reads


def test_only_the_first_bytes_and_those_missing_are_read(s3: ScriptedS3) -> None:
    s3.objects = {"/images/1.jpg": BIG_EXIF}
    assert examined(s3, "1.jpg") == {"1.jpg": []}
    begin = BIG_EXIF.index(b"\xff\xdb")
    assert s3.reads == [
        ("/images/1.jpg", f"bytes=0-{FIRST_READ - 1}"),
        ("/images/1.jpg", f"bytes={begin}-{len(BIG_EXIF) - 1}"),
    ]


def test_decoding_reads_all_of_an_image(s3: ScriptedS3) -> None:
    s3.objects = {"/images/1.jpg": BIG_EXIF, "/images/2.jpg": BIG_EXIF[:-100]}
    found = examined(s3, "1.jpg", "2.jpg", how=examine_pixels)
    assert found == {"1.jpg": [], "2.jpg": ["image-truncated"]}


@pytest.mark.parametrize("trouble", [SLOW_DOWN, "cut"])
def test_what_passes_is_tried_again(s3: ScriptedS3, trouble: tuple[int, str] | str) -> None:
    keys = [f"{number}.jpg" for number in range(5)]
    s3.objects = {f"/images/{key}": BIG_EXIF for key in keys}
    s3.trouble = lambda _path, tries: trouble if tries % 5 else None
    assert examined(s3, *keys) == {key: [] for key in keys}
    assert len(s3.reads) == 10 * len(keys)  # five tries for each of two spans


def test_what_does_not_pass_is_no_verdict(s3: ScriptedS3) -> None:
    s3.trouble = lambda _path, _tries: SLOW_DOWN
    with pytest.raises(ServiceUnavailable, match=r"/images/1\.jpg .* 8 tries.*Slow down"):
        examined(s3, "1.jpg")
    assert len(s3.reads) == image_objects.MOST_TRIES


def test_an_endpoint_that_is_not_there_is_no_verdict(s3: ScriptedS3) -> None:
    s3.url = "http://127.0.0.1:1"
    with pytest.raises(ServiceUnavailable, match=r"127\.0\.0\.1:1"):
        examined(s3, "1.jpg")


def test_a_connection_that_falls_silent_is_opened_anew(
    s3: ScriptedS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_objects, "SILENCE", 0.2)
    s3.objects = {f"/images/{number}.jpg": JPEG for number in range(3)}
    s3.trouble = lambda path, tries: "silence" if path == "/images/1.jpg" and tries == 1 else None
    assert examined(s3, "0.jpg", "1.jpg", "2.jpg") == {f"{number}.jpg": [] for number in range(3)}


def test_credentials_that_s3_does_not_accept_are_no_verdict(s3: ScriptedS3) -> None:
    s3.trouble = lambda _path, _tries: (400, "<Error><Code>ExpiredToken</Code></Error>")
    with pytest.raises(ServiceUnavailable, match="credentials"):
        examined(s3, "1.jpg")
    assert len(s3.reads) == 1


def test_a_fault_of_a_manifest_ends_the_work(s3: ScriptedS3) -> None:
    requests = ObjectRequests(Endpoint(s3.url), "eu-west-1", ReadOnlyCredentials("k", "s", None))
    images = [declared(source_ref="no uri")]
    with pytest.raises(Exception, match="no uri"):
        list(examine_objects(images, examine_header, requests, 1))


def test_whoever_stops_early_leaves_the_rest_unread(s3: ScriptedS3) -> None:
    requests = ObjectRequests(Endpoint(s3.url), "eu-west-1", ReadOnlyCredentials("k", "s", None))
    taken = iter(range(1_000_000))
    images = (declared(line=line, source_ref="s3://images/1.jpg") for line in taken)
    found = examine_objects(images, examine_header, requests, 4)
    next(found)
    found.close()
    before = next(taken)
    examined(s3, *(f"{number}.jpg" for number in range(100)))
    assert next(taken) <= before + 1 + 4


def test_what_s3_says_is_in_the_message(s3: ScriptedS3) -> None:
    s3.trouble = lambda _path, _tries: (403, DENIED)
    requests = ObjectRequests(Endpoint(s3.url), "eu-west-1", ReadOnlyCredentials("k", "s", None))
    (found,) = examine_objects([declared()], examine_header, requests, 1)
    assert found.faults[0].message == (
        'S3 refuses to let "s3://images/1.jpg" be read: "a <role> may not"'
    )


def test_objects_that_s3_says_are_equal_have_the_same_content(s3: ScriptedS3) -> None:
    s3.headers = {"ETag": '"d41d8cd98f00b204e9800998ecf8427e"'}
    s3.objects = {"/images/1.jpg": JPEG, "/images/2.jpg": JPEG}
    requests = ObjectRequests(Endpoint(s3.url), "eu-west-1", ReadOnlyCredentials("k", "s", None))
    images = [declared(source_ref=f"s3://images/{number}.jpg") for number in (1, 2)]
    one, other = examine_objects(images, examine_header, requests, 2)
    assert one.content is not None
    assert one.content == other.content


@pytest.mark.parametrize("key", ["ü + 100%.jpg", "a//b/../c.jpg", "a?b#c&d=e;~'\".jpg"])
def test_a_key_of_any_characters_arrives_as_it_is(s3: ScriptedS3, key: str) -> None:
    s3.objects = {f"/images/{key}": JPEG}
    assert examined(s3, key) == {key: []}
