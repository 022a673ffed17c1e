"""Reads an image as MXNet does: the stored frame, three channels of eight bits, RGB."""

import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from cli.detector.errors import NotUsable

SUFFIXES = (".jpg", ".jpeg", ".png")
"""What the algorithm takes (developer guide, object-detection.md)."""

Pixels = NDArray[np.uint8]
"""(height, width, 3)."""


def read_image(path: Path) -> Pixels:
    """Return the pixels of a JPEG or PNG file; raises ``NotUsable`` where there are none.

    As MXNet's ``imdecode``, the EXIF orientation and transparency are ignored, greys become three
    channels, and of sixteen bits the upper eight stay. Files of more than Pillow's limit of 89
    megapixels are refused before memory is taken.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG")) as image:
                return _pixels(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NotUsable(f"has more than {Image.MAX_IMAGE_PIXELS:,} pixels") from error
    except UnidentifiedImageError as error:
        raise NotUsable("is neither a JPEG nor a PNG image") from error
    # Pillow's decoders raise a dozen kinds of errors on files that are cut off or made to harm.
    except Exception as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotUsable(f"cannot be read: {reason}") from error


def _pixels(image: Image.Image) -> Pixels:
    if image.mode.startswith("I"):  # a grey PNG of sixteen bits, which convert() would clip
        grey = (np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    return np.asarray(image.convert("RGB"))
