"""Which headers are refused, and which oddities are not, as libjpeg and libpng have it."""

import zlib

import pytest

from lambdas.images.content import header_reader
from lambdas.images.header import BrokenHeader, Header
from tests.unit.images.images import any_image, encoded, exif

JPEG = encoded(any_image(), "JPEG")
PNG = encoded(any_image(), "PNG")
FRAME = JPEG.index(b"\xff\xc0")
FRAME_END = FRAME + 2 + 17
QUANTIZATION = JPEG.index(b"\xff\xdb")


def header_of(content: bytes) -> Header:
    reader = header_reader(content, len(content))
    assert reader is not None
    found = reader.read(content)
    assert found is not None
    return found


def with_frame(change: dict[int, int]) -> bytes:
    """The JPEG with some bytes of its frame changed, counted from its marker."""
    content = bytearray(JPEG)
    for place, value in change.items():
        content[FRAME + place] = value
    return bytes(content)


def with_first_chunk(change: dict[int, int], *, checksum: bool = True) -> bytes:
    """The PNG with some bytes of its first chunk's data changed."""
    data = bytearray(PNG[16:29])
    for place, value in change.items():
        data[place] = value
    crc = zlib.crc32(b"IHDR" + data) if checksum else 0
    return PNG[:16] + bytes(data) + crc.to_bytes(4, "big") + PNG[33:]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_frame({1: 0xC3}), "lossless"),
        (with_frame({1: 0x02}), "unknown marker, FF 02"),
        (with_frame({4: 12}), "12 bits"),
        (with_frame({5: 0, 6: 0}), "40x0 pixels"),
        (with_frame({9: 2}), "wrong length"),
        (JPEG[:FRAME] + JPEG[FRAME_END:], "no frame before its pixels"),
        (JPEG[:FRAME_END] + JPEG[FRAME:], "two frames"),
        (JPEG[:FRAME] + b"\xff\xd9" + JPEG[FRAME:], "ends before its pixels"),
        (JPEG[:FRAME] + b"\xff\xd8" + JPEG[FRAME:], "second time"),
        (JPEG[: FRAME + 5], "ends within its header"),
        (with_first_chunk({}, checksum=False), "checksum"),
        (with_first_chunk({3: 0}), "0x30 pixels"),
        (with_first_chunk({0: 0x80}), "pixels"),
        (with_first_chunk({8: 4}), "colour type 2 with 4 bits"),
        (with_first_chunk({9: 5}), "colour type 5 with 8 bits"),
        (with_first_chunk({10: 1}), "method"),
        (with_first_chunk({11: 1}), "method"),
        (with_first_chunk({12: 2}), "method"),
        (PNG[:8] + b"\0\0\0\4CgBI" + PNG[16:], "Xcode"),
        (PNG[:8] + b"\0\0\0\1tEXt" + PNG[16:], "IHDR"),
        (PNG[:33] + PNG[-12:], "ends before its pixels"),
    ],
)
def test_what_decoders_refuse_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(BrokenHeader, match=reason):
        header_of(content)


@pytest.mark.parametrize(
    "between",
    [
        b"junk",
        b"\xff\xff\xff",
        b"\xff\x00",
        b"\xff\x01",
        b"\xff\xd0\xff\xd7",
        b"\xff\xfe\0\0",
        b"\xff\xfe\0\1",
        b"\xff\xe5\0\4ab",
        b"\xff\xdd\0\4\0\1",
    ],
)
def test_what_libjpeg_skips_is_skipped(between: bytes) -> None:
    content = JPEG[:QUANTIZATION] + between + JPEG[QUANTIZATION:]
    assert header_of(content).width == 40


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC9, 0xCA])
def test_every_kind_of_jpeg_that_libjpeg_reads_is_read(frame: int) -> None:
    assert header_of(with_frame({1: frame})).height == 30


def test_an_interlaced_png_is_read() -> None:
    assert header_of(with_first_chunk({12: 1})).width == 40


def test_the_first_exif_data_count() -> None:
    sideways = encoded(any_image(), "JPEG", exif=exif(6))
    other = exif(3).tobytes()
    segment = b"\xff\xe1" + (len(other) + 2).to_bytes(2, "big") + other
    at = sideways.index(b"\xff\xdb")
    assert header_of(sideways[:at] + segment + sideways[at:]).orientation == 6


@pytest.mark.parametrize(
    ("order", "entry", "orientation"),
    [
        ("II", b"\x12\x01\x03\x00\x01\0\0\0\x08\0\0\0", 8),
        ("II", b"\x12\x01\x04\x00\x01\0\0\0\x08\0\0\0", 8),
        ("MM", b"\x01\x12\x00\x03\0\0\0\x01\0\x08\0\0", 8),
        ("MM", b"\x01\x12\x00\x03\0\0\0\x02\0\x08\0\0", 1),
        ("MM", b"\x01\x12\x00\x02\0\0\0\x01\0\x08\0\0", 1),
        ("MM", b"\x01\x12\x00\x03\0\0\0\x01\0\x09\0\0", 1),
        ("MM", b"\x01\x12\x00\x03\0\0\0\x01\0\x00\0\0", 1),
        ("XX", b"\x01\x12\x00\x03\0\0\0\x01\0\x08\0\0", 1),
    ],
)
def test_orientations_in_both_byte_orders(order: str, entry: bytes, orientation: int) -> None:
    little = order == "II"
    head = b"\x2a\0\x08\0\0\0\x01\0" if little else b"\0\x2a\0\0\0\x08\0\x01"
    data = b"Exif\0\0" + order.encode() + head + entry
    segment = b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data
    assert header_of(JPEG[:2] + segment + JPEG[2:]).orientation == orientation
