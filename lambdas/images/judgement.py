"""Judges an image by its header against what its line declares."""

from collections.abc import Iterator

from lambdas.images.decoding import MOST_BYTES, MOST_PIXELS
from lambdas.images.header import UPRIGHT, Header
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.rules.rule import (
    DEVELOPER_GUIDE,
    INPUT_LIMITS,
    OBJECT_DETECTION,
    OPENCV,
    Fault,
    Rule,
)
from lambdas.manifest.rules.text import quote

SIZE_DIFFERS = Rule(
    code="image-size-differs",
    severity="error",
    title="The image has another size than its label says",
    template="{image} is {actual} pixels, but image_size says {declared}",
    fix="Label the image that is there: boxes in pixels of another one are in the wrong place. "
    "Where an image was only made smaller or larger, scale its boxes and image_size alike.",
    source=OBJECT_DETECTION,
)

ROTATED = Rule(
    code="image-rotated",
    severity="error",
    title="The image was labeled turned by a quarter",
    template="{image} is stored as {actual} pixels with EXIF orientation {orientation}, and was "
    "labeled as it is shown, {declared}",
    fix="Save the image upright without orientation (`mogrify -auto-orient`), or turn the boxes "
    "and image_size: training reads the stored pixels and ignores the orientation.",
    source=OPENCV,
)

ORIENTATION = Rule(
    code="image-orientation",
    severity="warning",
    title="The image may have been labeled mirrored or turned",
    template="{image} has EXIF orientation {orientation}, and its size does not tell whether it "
    "was labeled as it is stored or as it is shown",
    fix="Draw a few such images with their boxes. Where those are off, save the images upright "
    "without orientation (`mogrify -auto-orient`): training ignores the orientation.",
    source=DEVELOPER_GUIDE + "sms-cors-update.html",
)

CHANNELS = Rule(
    code="image-channels",
    severity="warning",
    title="The image does not have three channels",
    template="{image} is {colour}",
    fix="Convert it to RGB, as the documentation asks for. Training converts it by itself: grey is "
    "repeated, transparency dropped with whatever lies below it, CMYK only approximated.",
    source=OBJECT_DETECTION,
)

DEPTH = Rule(
    code="image-depth",
    severity="warning",
    title="The image has more than 8 bits a channel",
    template="{image} has {depth} bits a channel",
    fix="Convert it to 8 bits yourself, with the contrast that matters: training keeps the upper "
    "8 bits of each value only.",
    source=OPENCV,
)

TOO_LARGE = Rule(
    code="image-too-large",
    severity="warning",
    title="The image is very large",
    template="{image} has {size}",
    fix="Make it smaller or cut it into tiles: training scales it to image_shape anyway, after "
    "reading and decoding all of it in every epoch. It was not decoded here.",
    source=INPUT_LIMITS,
)

RULES = (
    SIZE_DIFFERS,
    ROTATED,
    ORIENTATION,
    CHANNELS,
    DEPTH,
    TOO_LARGE,
)

_UNUSUAL = {
    "grey": "grey, with one channel",
    "CMYK": "CMYK, with four channels",
    "colour with transparency": "RGBA, with four channels",
    "grey with transparency": "grey with transparency, with two channels",
}
_FIRST_TURNED = 5
"""EXIF's orientations from here on turn an image by a quarter."""


def header_faults(header: Header, size: int, image: DeclaredImage) -> Iterator[Fault]:
    """Yield which rules an image breaks, whose file has ``size`` bytes.

    Sizes are compared as the image is stored: training decodes without regard to its orientation.
    """
    rule = _broken_frame_rule(header, image)
    if rule is not None:
        yield rule.fault(
            image=quote(image.source_ref),
            actual=f"{header.width}x{header.height}",
            declared=f"{image.width}x{image.height}",
            orientation=header.orientation,
        )
    if header.colour in _UNUSUAL:
        yield CHANNELS.fault(image=quote(image.source_ref), colour=_UNUSUAL[header.colour])
    if header.depth > 8:
        yield DEPTH.fault(image=quote(image.source_ref), depth=header.depth)
    if large := largeness(header, size):
        yield TOO_LARGE.fault(image=quote(image.source_ref), size=large)


def largeness(header: Header, size: int) -> str | None:
    """Say what of an image is above the limits for decoding; None if nothing is."""
    if size > MOST_BYTES:
        return f"{size / 1e6:.0f} MB"
    pixels = header.width * header.height
    return f"{pixels / 1e6:.0f} megapixels" if pixels > MOST_PIXELS else None


def _broken_frame_rule(header: Header, image: DeclaredImage) -> Rule | None:
    width, height, orientation = header.width, header.height, header.orientation
    turned = orientation >= _FIRST_TURNED
    if (width, height) == (image.width, image.height):
        told = image.as_stored or orientation == UPRIGHT or (turned and width != height)
        return None if told else ORIENTATION
    if turned and (height, width) == (image.width, image.height):
        return ROTATED
    return SIZE_DIFFERS
