"""Tells what a file is by its first bytes, whatever its name says."""

from lambdas.images import jpeg, png
from lambdas.images.answer import Part
from lambdas.images.jpeg import JpegHeader
from lambdas.images.png import PngHeader
from lambdas.manifest.rules.rule import OBJECT_DETECTION, OPENCV, Fault, Rule

EMPTY = Rule(
    code="image-empty",
    severity="error",
    title="The image has no bytes",
    template="{image} has 0 bytes",
    fix="Upload the image again; an interrupted copy or a folder placeholder looks like this.",
    source=OPENCV,
)

NOT_AN_IMAGE = Rule(
    code="not-an-image",
    severity="error",
    title="The file is not an image",
    template="{image} is {found}",
    fix="Download or export the image again: a login or error page, or a pointer to the file, was "
    "saved in its place.",
    source=OBJECT_DETECTION,
)

FORMAT_UNSUPPORTED = Rule(
    code="image-format-unsupported",
    severity="error",
    title="The image is neither JPEG nor PNG, whatever its name says",
    template="{image} is {found}",
    fix="Convert it to JPEG or PNG, in its full size so that the boxes still fit.",
    source=OBJECT_DETECTION,
)

HEADER_BROKEN = Rule(
    code="image-header-broken",
    severity="error",
    title="The image's header can't be read",
    template="{image} {reason}",
    fix="Open the image in a program that can, save it as baseline JPEG or as PNG, and upload it.",
    source=OPENCV,
)

RULES = (
    EMPTY,
    NOT_AN_IMAGE,
    FORMAT_UNSUPPORTED,
    HEADER_BROKEN,
)

_IMAGES = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"II+\0", "a BigTIFF"),
    (b"MM\0+", "a BigTIFF"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL"),
    (b"8BPS", "a Photoshop file"),
    (b"%PDF", "a PDF"),
)
_BRANDS = {b"avif": "an AVIF", b"heic": "an HEIC", b"heix": "an HEIC", b"mif1": "an HEIF"}
_OTHERS = (
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"version https://git-lfs", "a pointer of Git LFS instead of the file"),
    (b"{", "JSON"),
    (b"[", "JSON"),
)
_MARKUP = ((b"<svg", "an SVG"), (b"<html", "an HTML page"), (b"<!doctype html", "an HTML page"))
_LOOKED_AT = 1_024


def header_reader(beginning: bytes, size: int) -> JpegHeader | PngHeader | None:
    """Return the reader for a file of ``size`` bytes that begins so; None for another format."""
    if beginning.startswith(jpeg.SIGNATURE):
        return JpegHeader(size)
    if beginning.startswith(png.SIGNATURE):
        return PngHeader(size)
    return None


def beginning_fault(first: Part, reason: str, image: str) -> Fault:
    """Return the rule that is broken by a file whose first bytes are not the header of an image.

    Args:
        first: those bytes.
        reason: why the header's reader refused them, if there is a reader for them.
        image: the image's name as the message shows it.
    """
    if not first.size:
        return EMPTY.fault(image=image)
    if header_reader(first.data, first.size) is not None:
        return HEADER_BROKEN.fault(image=image, reason=reason)
    found = other_image(first.data)
    if found is not None:
        return FORMAT_UNSUPPORTED.fault(image=image, found=found)
    return NOT_AN_IMAGE.fault(image=image, found=other_file(first.data))


def other_image(beginning: bytes) -> str | None:
    """Name the image format that training does not read; None if it is not a known one."""
    for signature, name in _IMAGES:
        if beginning.startswith(signature):
            return name
    if beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP":
        return "a WebP"
    if beginning[4:8] == b"ftyp":
        return _BRANDS.get(beginning[8:12], "a video or an HEIF")
    return None


def other_file(beginning: bytes) -> str:
    """Name what is not an image at all, as far as it can be told."""
    text = beginning[:_LOOKED_AT].removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"<"):
        lower = text.lower()
        return next((name for tag, name in _MARKUP if tag in lower), "XML, such as an error of S3")
    for signature, name in _OTHERS:
        if text.startswith(signature):
            return name
    if not beginning.strip(b"\0"):
        return "zero bytes only"
    return f"data that begin with {beginning[:8].hex(' ')}"
