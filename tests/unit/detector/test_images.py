"""Images are read and resized as MXNet 1.9.1 does it."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cli.detector.errors import NotUsable
from cli.detector.images import read_image
from cli.detector.resize import resize
from tests.unit.detector.mxnet_files import FIXTURES

IMAGES = sorted((FIXTURES / "images").iterdir())
APPROXIMATE = {"print.jpg": 8}
"""How far values may be off: printing colours have no one translation."""


@pytest.mark.parametrize("path", IMAGES, ids=lambda path: path.name)
def test_pixels_are_those_of_mxnet(path: Path) -> None:
    expected = np.load(FIXTURES / "decode.npz")[path.name]

    found = read_image(path)

    assert found.shape == expected.shape
    off = np.abs(found.astype(int) - expected.astype(int)).max()
    assert off <= APPROXIMATE.get(path.name, 0)


@pytest.mark.parametrize("number", range(11))
def test_resized_bytes_are_those_of_opencv(number: int) -> None:
    cases = np.load(FIXTURES / "resize.npz")
    np.testing.assert_array_equal(resize(cases[f"{number}_image"], 32), cases[f"{number}_resized"])


@pytest.mark.parametrize("side", [1, 7, 32, 50])
def test_one_colour_stays_one_colour(side: int) -> None:
    assert (resize(np.full((13, 29, 3), 201, np.uint8), side) == 201).all()


def test_other_formats_are_refused_whatever_they_are_called(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "picture.jpg", "GIF")
    with pytest.raises(NotUsable, match="neither a JPEG nor a PNG"):
        read_image(tmp_path / "picture.jpg")


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    content = (FIXTURES / "images" / "colour.jpg").read_bytes()
    (tmp_path / "short.jpg").write_bytes(content[: len(content) // 2])
    with pytest.raises(NotUsable, match="cannot be read"):
        read_image(tmp_path / "short.jpg")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG file."""
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))


def test_a_small_file_of_many_pixels_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 1, 0, 0, 0, 0)
    content = chunk(b"IHDR", header) + chunk(b"IDAT", b"")
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    with pytest.raises(NotUsable, match="pixels"):
        read_image(tmp_path / "bomb.png")


def test_a_file_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotUsable, match="No such file"):
        read_image(tmp_path / "none.jpg")
