"""Files that are small and want much: looking at them takes little time and memory."""

import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from lambdas.images.decoding import MOST_PROFILES, MOST_SCANS, decoding_fault
from tests.unit.images.images import any_image, encoded, with_scans
from tests.unit.peak_memory import needs_proc, said_and_peak

EXAMINE = """
from lambdas.images.answer import Part
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.images.examination import examine_pixels

def codes(content):
    examination = examine_pixels(DeclaredImage(1, "s3://images/1.jpg", 40, 30))
    span = next(examination)
    while True:
        part = Part(content[span.first : span.end], len(content))
        try:
            span = examination.send(part)
        except StopIteration as finished:
            return [fault.rule.code for fault in finished.value.faults]
"""


def png_with(kind: bytes, data: bytes, count: int = 1) -> bytes:
    """A PNG with chunks before its pixels."""
    plain = encoded(any_image(), "PNG")
    at = plain.index(b"IDAT") - 4
    body = kind + data
    chunk = len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return plain[:at] + chunk * count + plain[at:]


ZEROS = zlib.compress(bytes(200_000_000))
BOMBS: dict[str, Callable[[], bytes]] = {
    "a JPEG 2000 of 81 megapixels": lambda: encoded(
        Image.new("L", (9000, 9000)), "JPEG2000", tile_size=(4096, 4096)
    ),
    "a PNG of 121 megapixels": lambda: encoded(Image.new("1", (11_000, 11_000)), "PNG"),
    "a JPEG of 95 megapixels": lambda: encoded(Image.new("CMYK", (10_000, 9_500)), "JPEG"),
    "a text of 200 MB": lambda: png_with(b"zTXt", b"key\0\0" + ZEROS),
    "a profile of 200 MB": lambda: png_with(b"iCCP", b"key\0\0" + ZEROS),
    "many profiles": lambda: png_with(b"iCCP", b"k\0\0" + zlib.compress(bytes(900_000)), 9_000),
}


@needs_proc
@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_takes_little_memory(tmp_path: Path, bomb: str) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(BOMBS[bomb]())
    found, peak = said_and_peak(EXAMINE, "codes(content)", path)
    assert found.startswith("['image-")
    assert peak < 80


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (with_scans(MOST_SCANS + 1), "more than 100 scans"),
        (png_with(b"iCCP", b"k\0\0", MOST_PROFILES + 1), "more than 10 colour profiles"),
    ],
)
def test_a_file_that_would_take_minutes_is_not_decoded(content: bytes, reason: str) -> None:
    assert reason in (decoding_fault(content, 0) or "")


def test_what_is_usual_is_decoded() -> None:
    assert decoding_fault(with_scans(MOST_SCANS), 0) is None
    assert decoding_fault(png_with(b"tEXt", b"key\0value", 100), 0) is None


def test_formats_that_training_does_not_read_are_not_decoded() -> None:
    assert decoding_fault(encoded(any_image(), "GIF"), 0) is not None


def test_an_image_up_to_the_limit_is_decoded_without_a_warning() -> None:
    assert decoding_fault(encoded(Image.new("1", (10_000, 9_500)), "PNG"), 0) is None
