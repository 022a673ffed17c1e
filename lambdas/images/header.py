"""What the first bytes of an image say; ``judgement`` holds it against the image's line."""

from dataclasses import dataclass
from typing import Literal

Format = Literal["JPEG", "PNG"]
Colour = Literal[
    "colour", "grey", "palette", "CMYK", "colour with transparency", "grey with transparency"
]

UPRIGHT = 1
"""The EXIF orientation of an image that is shown as it is stored."""


@dataclass(frozen=True, slots=True)
class Header:
    """An image as it is stored, before any rotation that its EXIF data ask for.

    width, height: pixels. depth: bits a channel. orientation: EXIF's, 1 to 8; from 5 on, width and
    height swap when the image is shown. pixels_at: the byte at which the pixels begin.
    """

    format: Format
    width: int
    height: int
    colour: Colour
    depth: int
    orientation: int
    pixels_at: int


class BrokenHeader(Exception):
    """A file that begins as an image of its format does, but cannot be one; says why."""
