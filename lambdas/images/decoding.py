"""Decodes a whole image, to see whether it is complete."""

import io
import warnings

from PIL import Image

from lambdas.images.jpeg import END, SIGNATURE

FORMATS = ("JPEG", "PNG")
"""What training reads. Pillow would open some forty formats, and some make 2 kB into gigabytes."""

MOST_BYTES = 40_000_000
MOST_PIXELS = 100_000_000
"""Of an image that is decoded. Ground Truth's limits for images with boxes are 40 MB and more
pixels than this (input-data-limits.html)."""

MOST_SCANS = 100
"""Of a progressive JPEG, which usually has ten. Each goes over the whole image again, for a few
hundred bytes: 40 MB can hold hours of them."""

_SCAN = b"\xff\xda"
"""Does not occur within the pixels of a JPEG; in the compressed data of a PNG it does by chance."""

MOST_PROFILES = 10
"""Of a PNG, which may have one. Pillow decompresses each, and each can be a megabyte of zeros."""

_PROFILE = b"iCCP"
"""May occur in compressed data by chance, too, but not more than ten times."""

_GREY = frozenset({127, 128})
"""What libjpeg decodes missing data to; of CMYK, 127."""

_OTHER_DATA = bytes(range(1, 255))
"""No marker, and as data of a JPEG never grey throughout."""


def too_costly(content: bytes) -> str | None:
    """Say what makes a file of a permitted size take minutes to decode; None if nothing does."""
    if content.startswith(SIGNATURE) and content.count(_SCAN) > MOST_SCANS:
        return f"it has more than {MOST_SCANS} scans"
    if content.count(_PROFILE) > MOST_PROFILES:
        return f"it has more than {MOST_PROFILES} colour profiles"
    return None


def decoding_fault(content: bytes, pixels_at: int) -> str | None:
    """Decode a JPEG or PNG and say what is wrong with it; None if nothing is.

    The caller has looked at its size and pixels: decoding takes up to 8 bytes a pixel. What can't
    be told: data of a JPEG that were exchanged for others, and the last scans of a progressive one,
    without which it is only less sharp.

    Args:
        content: all of the file.
        pixels_at: the byte at which its pixels begin.
    """
    reason = too_costly(content)
    if reason is not None:
        return reason
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 megapixels on, and refuses from twice that on.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            missing = _end_is_missing(content, pixels_at)
    # Whatever Pillow's decoders make of a file that a stranger wrote.
    except Exception as error:  # noqa: BLE001
        return " ".join(str(error).split()) or type(error).__name__
    return "its data end before its last pixels" if missing else None


def _end_is_missing(content: bytes, pixels_at: int) -> bool:
    """Decode a file and return whether it is a JPEG whose end marker comes before its last pixels.

    libjpeg leaves those grey and only warns, which Pillow does not pass on. So where the last pixel
    is grey, the file is decoded with other data before its end marker as well: they show if
    pixels were missing, and no decoder reads them if none were.
    """
    image = _decoded(content)
    last = image.getpixel((image.width - 1, image.height - 1))
    if image.format != "JPEG" or not _GREY.issuperset(last if isinstance(last, tuple) else (last,)):
        return False
    end = content.find(END, pixels_at)
    filled = _decoded(content[:end] + _OTHER_DATA + content[end:])
    return image.tobytes() != filled.tobytes()


def _decoded(content: bytes) -> Image.Image:
    """Decode a JPEG at an eighth of its size, for which libjpeg still reads all of it, or a PNG."""
    with Image.open(io.BytesIO(content), formats=FORMATS) as image:
        image.draft(None, (1, 1))
        image.load()
    return image
