"""Makes the images of the page small: photographs have megabytes, the page has a few in all."""

import io
import warnings

from PIL import Image

from lambdas.report_page.samples import Picture

LONGEST_SIDE = 640
QUALITY = 80


def thumbnail(content: bytes, longest_side: int = LONGEST_SIDE) -> Picture | None:
    """Return an image as a JPEG of up to so many pixels a side; None for what is no image."""
    encoded = io.BytesIO()
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(content)) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image.draft("RGB", (longest_side, longest_side))
            image.thumbnail((longest_side, longest_side))
            image.convert("RGB").save(encoded, "JPEG", quality=QUALITY)
    # Whatever Pillow's decoders make of a file that a stranger wrote: it is only left out.
    except Exception:  # noqa: BLE001
        return None
    return Picture(encoded.getvalue(), "image/jpeg")
