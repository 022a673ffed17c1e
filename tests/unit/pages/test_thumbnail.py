"""Whatever a sampled image holds, making it small ends within the function's time and memory."""

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lambdas.images.decoding import MOST_SCANS
from lambdas.pages import thumbnail as module
from lambdas.pages.thumbnail import LONGEST_SIDE, thumbnail
from tests.unit.images.images import with_scans
from tests.unit.peak_memory import needs_proc, said_and_peak

SHOWN = "thumbnail(content) is not None"

MEMORY = 1769
"""MB of the function Validate Manifest."""


def encoded(mode: str, size: tuple[int, int], file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size).save(file, file_format, **options)
    return file.getvalue()


def shown_and_peak(path: Path, content: bytes) -> tuple[bool, int]:
    path.write_bytes(content)
    shown, peak = said_and_peak("from lambdas.pages.thumbnail import thumbnail", SHOWN, path)
    return shown == "True", peak


@pytest.mark.parametrize("file_format", ["JPEG2000", "GIF", "WEBP", "BMP", "TIFF", "PPM"])
def test_only_what_training_reads_is_opened(file_format: str) -> None:
    assert thumbnail(encoded("RGB", (8, 8), file_format)) is None


@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
def test_an_image_is_shown_in_its_stored_frame(file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by a quarter, which neither training nor boxes are
    found = thumbnail(encoded("RGB", (1600, 800), file_format, exif=exif))
    assert found is not None
    with Image.open(io.BytesIO(found.content)) as small:
        assert small.size == (LONGEST_SIDE, LONGEST_SIDE // 2)


@needs_proc
@pytest.mark.parametrize(
    "bomb",
    [
        pytest.param(
            lambda: encoded("L", (9000, 9000), "JPEG2000", tile_size=(4096, 4096)), id="1 kB"
        ),
        pytest.param(lambda: encoded("1", (11_000, 11_000), "PNG"), id="121 megapixels"),
        pytest.param(lambda: encoded("1", (15_000, 15_000), "PNG"), id="225 megapixels"),
    ],
)
def test_a_bomb_is_not_even_opened(tmp_path: Path, bomb: Any) -> None:
    shown, peak = shown_and_peak(tmp_path / "bomb", bomb())
    assert not shown
    assert peak < 64


@needs_proc
def test_the_largest_image_leaves_half_of_the_functions_memory(tmp_path: Path) -> None:
    largest = encoded("RGBA", (9400, 9400), "PNG", compress_level=1)
    shown, peak = shown_and_peak(tmp_path / "largest", largest)
    assert shown
    assert peak < MEMORY / 2


@needs_proc
def test_a_photograph_is_made_small_while_it_is_decoded(tmp_path: Path) -> None:
    shown, peak = shown_and_peak(tmp_path / "photograph", encoded("RGB", (9000, 6000), "JPEG"))
    assert shown
    assert peak < 64


def test_a_progressive_jpeg_may_have_many_scans_but_not_without_end() -> None:
    assert thumbnail(with_scans(MOST_SCANS)) is not None
    assert thumbnail(with_scans(MOST_SCANS + 1)) is None


def test_a_file_of_too_many_bytes_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    content = encoded("RGB", (8, 8), "PNG")
    monkeypatch.setattr(module, "MOST_BYTES", len(content))
    assert thumbnail(content) is not None
    assert thumbnail(content + b"\0") is None


def test_a_pngs_data_may_look_like_scans() -> None:
    content = encoded("RGB", (8, 8), "PNG") + b"\xff\xda" * (MOST_SCANS + 1)
    assert thumbnail(content) is not None
