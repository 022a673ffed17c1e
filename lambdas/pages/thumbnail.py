"""Makes the images of the page small: photographs have megabytes, the page has a few in all."""

import io
import warnings

from PIL import Image

from lambdas.pages.samples import Picture

LONGEST_SIDE = 640
QUALITY = 80

FORMATS = ("JPEG", "PNG")
"""What training reads. Pillow would open some forty formats, and some make 2 kB into gigabytes."""

MOST_BYTES = 40_000_000
"""Ground Truth's own limit for images with boxes (input-data-limits.html)."""

MOST_SCANS = 100
"""Of a progressive JPEG, which usually has ten. Each goes over the whole image again, for a few
hundred bytes: a file within MOST_BYTES can hold hours of them."""

_JPEG = b"\xff\xd8"
_SCAN = b"\xff\xda"


def thumbnail(content: bytes, longest_side: int = LONGEST_SIDE) -> Picture | None:
    """Return a JPEG or PNG as a JPEG of up to ``longest_side`` pixels a side; None for all else.

    Also None for an image above Pillow's limit of 89 megapixels, which it finds in the header.
    Below, decoding takes up to 8 bytes a pixel: a PNG with transparency is held twice, a
    progressive JPEG as its coefficients. Other JPEGs are made small while they are decoded
    (``Image.thumbnail`` uses libjpeg's draft mode).
    """
    if len(content) > MOST_BYTES or _has_too_many_scans(content):
        return None
    encoded = io.BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                image.thumbnail((longest_side, longest_side))
                image.convert("RGB").save(encoded, "JPEG", quality=QUALITY)
    # Whatever Pillow's decoders make of a file that a stranger wrote: it is only left out.
    except Exception:  # noqa: BLE001
        return None
    return Picture(encoded.getvalue(), "image/jpeg")


def _has_too_many_scans(content: bytes) -> bool:
    # Only a JPEG's: in the compressed data of a PNG the two bytes come up by chance.
    return content.startswith(_JPEG) and content.count(_SCAN) > MOST_SCANS
