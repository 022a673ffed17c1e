"""What is found in an image, and which of its bytes are read for it."""

import random
from typing import Any

import pytest
from PIL import Image

from lambdas.images.answer import Refusal, Span
from lambdas.images.examination import FIRST_READ, examine_pixels
from lambdas.images.jpeg import END
from tests.unit.images.images import (
    DAMAGED,
    DAMAGED_SIZE,
    any_image,
    codes,
    declared,
    encoded,
    examine,
    exif,
)

JPEG = encoded(any_image(), "JPEG")
PNG = encoded(any_image(), "PNG")
ROTATED = encoded(any_image(), "JPEG", exif=exif(6))


@pytest.mark.parametrize("content", [JPEG, PNG])
def test_an_image_as_its_line_declares_it_breaks_no_rule(content: bytes) -> None:
    found, spans = examine(content)
    assert not found.faults
    assert spans == [Span(0, FIRST_READ)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "image-empty"),
        (b"GIF89a...", "image-format-unsupported"),
        (b"BM\x36\x00", "image-format-unsupported"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image-format-unsupported"),
        (b"\0\0\0\x20ftypheic", "image-format-unsupported"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "image-format-unsupported"),
        (b"<!DOCTYPE html><html>", "not-an-image"),
        (b"\xef\xbb\xbf <?xml version='1.0'?><Error><Code>AccessDenied", "not-an-image"),
        (b'{"message": "Forbidden"}', "not-an-image"),
        (b"version https://git-lfs.github.com/spec/v1\n", "not-an-image"),
        (bytes(1_000), "not-an-image"),
        (b"\xff\xd8\xff\xd9", "image-header-broken"),
        (JPEG[:100], "image-header-broken"),
        (PNG[:20], "image-header-broken"),
        (PNG[:33], "image-header-broken"),
    ],
)
def test_what_is_no_readable_jpeg_or_png_is_told_by_its_content(content: bytes, found: str) -> None:
    assert codes(content) == [found]


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "BMP", "TIFF", "JPEG2000"])
def test_formats_that_pillow_writes_are_told(file_format: str) -> None:
    found, _ = examine(encoded(any_image(), file_format))
    assert file_format[:4] in found.faults[0].message.upper().replace(" ", "")


@pytest.mark.parametrize(
    ("mode", "file_format", "found"),
    [
        ("L", "JPEG", ["image-channels"]),
        ("CMYK", "JPEG", ["image-channels"]),
        ("RGBA", "PNG", ["image-channels"]),
        ("LA", "PNG", ["image-channels"]),
        ("P", "PNG", []),
        ("I;16", "PNG", ["image-channels", "image-depth"]),
    ],
)
def test_channels_and_depth_other_than_8_bit_rgb_are_warned_of(
    mode: str, file_format: str, found: list[str]
) -> None:
    assert codes(encoded(any_image(mode=mode), file_format)) == found


SIDEWAYS = {"width": 30, "height": 40}
SQUARE = {"width": 40, "height": 40}


@pytest.mark.parametrize(
    ("orientation", "size", "line", "found"),
    [
        (1, (40, 30), {}, []),
        (1, (40, 30), SIDEWAYS, ["image-size-differs"]),
        (1, (40, 30), {"width": 39}, ["image-size-differs"]),
        (6, (40, 30), {}, []),
        (5, (40, 30), SIDEWAYS, ["image-rotated"]),
        (8, (40, 30), SIDEWAYS, ["image-rotated"]),
        (4, (40, 30), SIDEWAYS, ["image-size-differs"]),
        (6, (40, 30), {"width": 41}, ["image-size-differs"]),
        (2, (40, 30), {}, ["image-orientation"]),
        (2, (40, 30), {"as_stored": True}, []),
        (6, (40, 40), SQUARE, ["image-orientation"]),
        (6, (40, 40), {**SQUARE, "as_stored": True}, []),
    ],
)
def test_sizes_are_compared_in_the_frame_in_which_training_reads(
    orientation: int, size: tuple[int, int], line: dict[str, Any], found: list[str]
) -> None:
    content = encoded(any_image(size), "JPEG", exif=exif(orientation))
    assert codes(content, image=declared(**line)) == found


def test_a_rotated_image_names_both_frames() -> None:
    found, _ = examine(ROTATED, declared(**SIDEWAYS))
    assert found.faults[0].message == (
        '"s3://images/1.jpg" is stored as 40x30 pixels with EXIF orientation 6, and was labeled '
        "as it is shown, 30x40"
    )


def test_exif_data_longer_than_the_first_read_take_one_more() -> None:
    content = encoded(any_image(), "JPEG", exif=exif(6, 60_000))
    found, spans = examine(content, declared(**SIDEWAYS))
    assert [fault.rule.code for fault in found.faults] == ["image-rotated"]
    assert len(spans) == 2
    assert sum(end - first for first, end in spans) <= 2 * FIRST_READ
    assert spans[1].first > 60_000


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_a_colour_profile_of_many_segments_takes_two_more(file_format: str) -> None:
    profile = bytes(range(256)) * 2_400
    content = encoded(any_image(), file_format, icc_profile=profile, exif=exif(1, 60_000))
    found, spans = examine(content)
    assert not found.faults
    assert len(spans) <= 3


def test_a_header_without_end_is_given_up() -> None:
    content = JPEG[:2] + (b"\xff\xfe\xff\xff" + bytes(65_533)) * 200
    found, spans = examine(content)
    assert [fault.rule.code for fault in found.faults] == ["image-header-broken"]
    assert len(spans) <= 5
    assert spans[-1].end < len(content)


@pytest.mark.parametrize("content", [JPEG, PNG])
def test_the_end_of_a_file_that_was_read_whole_is_looked_at(content: bytes) -> None:
    assert codes(content[:-20]) == ["image-end-missing"]
    assert codes(content + b"appended by a camera") == []


def test_the_end_of_a_longer_file_is_not_read() -> None:
    content = encoded(any_image((200, 200)), "JPEG", quality=95)
    _, spans = examine(content[:-20], declared(200, 200))
    assert len(content) > FIRST_READ
    assert spans == [Span(0, FIRST_READ)]


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_decoding_reads_the_rest_and_finds_what_is_cut(file_format: str) -> None:
    content = encoded(any_image((300, 200)), file_format, quality=95)
    line = declared(300, 200)
    found, spans = examine(content, line, examine_pixels)
    assert not found.faults
    assert spans == [Span(0, FIRST_READ), Span(FIRST_READ, len(content))]
    assert codes(content[: len(content) // 2], image=line, how=examine_pixels) == [
        "image-truncated"
    ]


@pytest.mark.parametrize("name", DAMAGED)
def test_decoding_finds_what_is_damaged_behind_the_header(name: str) -> None:
    line = declared(*DAMAGED_SIZE)
    assert codes(DAMAGED[name], image=line, how=examine_pixels) == ["image-truncated"]
    assert codes(DAMAGED[name], image=line) == []


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("grey", [127, 128])
def test_a_jpeg_that_ends_grey_is_told_from_a_cut_one(mode: str, grey: int) -> None:
    image = any_image((300, 200), mode)
    image.paste(Image.new("L", (300, 60), grey).convert(mode), (0, 140))
    content = encoded(image, "JPEG", quality=95)
    cut = content[: content.index(END) // 2] + END

    def found(data: bytes) -> bool:
        return "image-truncated" in codes(data, image=declared(300, 200), how=examine_pixels)

    assert not found(content)
    assert not found(content + content)
    assert found(cut)
    assert found(cut + content)


def test_a_png_that_ends_grey_is_whole_whatever_its_data_hold() -> None:
    pixels = random.Random(7).randbytes(400 * 400 * 3)
    image = Image.frombytes("RGB", (400, 400), pixels)
    image.putpixel((399, 399), (128, 128, 128))
    content = encoded(image, "PNG")
    assert END in content
    assert codes(content, image=declared(400, 400), how=examine_pixels) == []


@pytest.mark.parametrize(
    ("pixels", "found"), [((10_000, 10_000), []), ((10_000, 10_001), ["image-too-large"])]
)
def test_an_image_above_the_limits_is_not_decoded(
    pixels: tuple[int, int], found: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[bytes] = []
    monkeypatch.setattr(
        "lambdas.images.examination.decoding_fault", lambda content, _: decoded.append(content)
    )
    content = encoded(Image.new("RGB", (1, 1)), "JPEG")
    at = content.index(b"\xff\xc0") + 5
    width, height = (side.to_bytes(2, "big") for side in pixels)
    content = content[:at] + height + width + content[at + 4 :]
    assert codes(content, image=declared(*pixels), how=examine_pixels) == found
    assert len(decoded) == (not found)


def test_a_file_above_40_mb_is_warned_of_and_not_read() -> None:
    content = PNG + bytes(40_000_001 - len(PNG))
    assert codes(content[:-1]) == []
    found, spans = examine(content, how=examine_pixels)
    assert [fault.rule.code for fault in found.faults] == ["image-too-large"]
    assert spans == [Span(0, FIRST_READ)]


KEY = "arn:aws:kms:eu-west-2:111122223333:key/b997e702-260d-456b-95c4-270624f53307"
SESSION = "GroundTruthTraining-StepsCheckImages00000000-0A1b2C3d4E5f"
KMS_OF_THE_ACCOUNT = (
    f"User: arn:aws:sts::111122223333:assumed-role/{SESSION}/{SESSION} is not authorized to "
    f"perform: kms:Decrypt on resource: {KEY} because no identity-based policy allows the "
    "kms:Decrypt action"
)
KMS = "User: arn is not authorized to perform: kms:Decrypt on the resource associated with this"


@pytest.mark.parametrize(
    ("refusal", "found", "words"),
    [
        (Refusal(404, "NoSuchKey"), "image-missing", "does not exist"),
        (Refusal(404, "NoSuchBucket"), "image-bucket-missing", "the bucket of"),
        (Refusal(403, "AccessDenied", "Access Denied"), "image-access-denied", "Access Denied"),
        (Refusal(403, "AccessDenied", KMS), "image-key-denied", "kms:Decrypt"),
        (Refusal(403, "AccessDenied", KMS_OF_THE_ACCOUNT), "image-key-denied", KEY),
        (Refusal(400, "KMS.DisabledException", "is disabled"), "image-key-denied", "disabled"),
        (Refusal(400, "InvalidRequest", "no kms: here"), "image-unreadable", "no kms: here"),
        (Refusal(403, "AllAccessDisabled", "disabled"), "image-access-denied", "disabled"),
        (Refusal(403, "InvalidObjectState"), "image-archived", "Glacier"),
        (
            Refusal(301, "PermanentRedirect", "", "us-east-1"),
            "image-bucket-elsewhere",
            "is in us-east-1",
        ),
        (
            Refusal(400, "AuthorizationHeaderMalformed", "", "eu-west-1"),
            "image-bucket-elsewhere",
            "is in eu-west-1",
        ),
        (
            Refusal(400, "InvalidRequest", "The object was stored using a form of Server Side ..."),
            "image-unreadable",
            "The object",
        ),
        (
            Refusal(400, "InvalidRequest", "stored using a form of Server Side Encryption."),
            "image-customer-key",
            "SSE-C",
        ),
        (Refusal(416, "InvalidRange"), "image-empty", "0 bytes"),
        (Refusal(418, ""), "image-unreadable", "HTTP 418"),
    ],
)
def test_each_refusal_of_s3_has_its_sentence(refusal: Refusal, found: str, words: str) -> None:
    examined, spans = examine(refusal)
    (fault,) = examined.faults
    assert fault.rule.code == found
    assert words in fault.message
    assert len(spans) == 1


def test_a_hostile_name_stays_on_one_line() -> None:
    found, _ = examine(b"", declared(source_ref="s3://images/\n\u202egpj.exe"))
    assert found.faults[0].message.isprintable()
