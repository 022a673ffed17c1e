"""Decodes a whole image, to see whether it is complete."""

import io
import warnings

from PIL import Image

from lambdas.images.jpeg import SIGNATURE

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


def too_costly(content: bytes) -> str | None:
    """Say what makes a file of a permitted size take minutes to decode; None if nothing does."""
    if content.startswith(SIGNATURE) and content.count(_SCAN) > MOST_SCANS:
        return f"it has more than {MOST_SCANS} scans"
    if content.count(_PROFILE) > MOST_PROFILES:
        return f"it has more than {MOST_PROFILES} colour profiles"
    return None


def decoding_fault(content: bytes) -> str | None:
    """Decode a JPEG or PNG and say what is wrong with it; None if nothing is.

    The caller has looked at its size and pixels: decoding takes up to 8 bytes a pixel. A JPEG is
    decoded at an eighth of its size, for which libjpeg still reads all of it.
    """
    reason = too_costly(content)
    if reason is not None:
        return reason
    try:
        with warnings.catch_warnings():
            # Pillow warns from 89 megapixels on, and refuses from twice that on.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                image.draft(None, (1, 1))
                image.load()
    # Whatever Pillow's decoders make of a file that a stranger wrote.
    except Exception as error:  # noqa: BLE001
        return " ".join(str(error).split()) or type(error).__name__
    return None
