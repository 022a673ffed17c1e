"""Judges an image by its header against what its line declares."""

from collections.abc import Iterator

from lambdas.images import rules
from lambdas.images.declared import DeclaredImage, ImageFault
from lambdas.images.header import UPRIGHT, Header
from lambdas.manifest.rule import Rule
from lambdas.manifest.text import quote

MOST_BYTES = 40_000_000
MOST_PIXELS = 100_000_000
"""Of an image that is decoded. Ground Truth's limits for images with boxes are 40 MB and more
pixels than this (input-data-limits.html)."""

_UNUSUAL = {
    "grey": "grey, with one channel",
    "CMYK": "CMYK, with four channels",
    "colour with transparency": "RGBA, with four channels",
    "grey with transparency": "grey with transparency, with two channels",
}
_FIRST_TURNED = 5
"""EXIF's orientations from here on turn an image by a quarter."""


def header_faults(header: Header, size: int, image: DeclaredImage) -> list[ImageFault]:
    """Return which rules an image breaks, whose file has ``size`` bytes."""
    found = [*_frame_faults(header, image), *_pixel_faults(header)]
    if too_large := largeness(header, size):
        found.append((rules.TOO_LARGE, {"size": too_large}))
    shown = quote(image.source_ref) if found else ""
    return [ImageFault(rule, {"image": shown, **details}) for rule, details in found]


def largeness(header: Header, size: int) -> str | None:
    """Say what of an image is above the limits for decoding; None if nothing is."""
    if size > MOST_BYTES:
        return f"{size / 1e6:.0f} MB"
    pixels = header.width * header.height
    return f"{pixels / 1e6:.0f} megapixels" if pixels > MOST_PIXELS else None


_Found = tuple[Rule, dict[str, str]]


def _frame_faults(header: Header, image: DeclaredImage) -> Iterator[_Found]:
    """Compare sizes in the stored frame: training decodes without regard to EXIF's orientation."""
    rule = _broken_frame_rule(header, image)
    if rule is not None:
        yield (
            rule,
            {
                "actual": f"{header.width}x{header.height}",
                "declared": f"{image.width}x{image.height}",
                "orientation": str(header.orientation),
            },
        )


def _broken_frame_rule(header: Header, image: DeclaredImage) -> Rule | None:
    width, height, orientation = header.width, header.height, header.orientation
    turned = orientation >= _FIRST_TURNED
    if (width, height) == (image.width, image.height):
        told = image.as_stored or orientation == UPRIGHT or (turned and width != height)
        return None if told else rules.ORIENTATION
    if turned and (height, width) == (image.width, image.height):
        return rules.ROTATED
    return rules.SIZE_DIFFERS


def _pixel_faults(header: Header) -> Iterator[_Found]:
    if header.colour in _UNUSUAL:
        yield rules.CHANNELS, {"colour": _UNUSUAL[header.colour]}
    if header.depth > 8:
        yield rules.DEPTH, {"depth": str(header.depth)}
