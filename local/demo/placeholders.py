"""Flat pictures in place of images that are not at hand, as large as a manifest declares them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from PIL import Image

_TINT = (176, 190, 197)
# Ground Truth accepts images up to 100 million pixels (developer guide, input-data-limits.md).
_MOST_PIXELS = 100_000_000


def placeholders(manifest: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
    """Draw a picture of the size and format that a manifest's line declares, for each that does.

    Args:
        manifest: the manifest's lines.

    Yields:
        ``source-ref`` and the picture's bytes. Lines that cannot be read, or that declare no usable
        size, are passed over: judging them is the pipeline's work.
    """
    for line in manifest:
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if isinstance(record, dict) and isinstance(record.get("source-ref"), str):
            size = _declared_size(record)
            if size is not None:
                yield record["source-ref"], placeholder(*size, _suffix(record["source-ref"]))


@lru_cache(maxsize=8)
def placeholder(width: int, height: int, suffix: str) -> bytes:
    """Draw a flat picture of a size in pixels; PNG if the suffix is ".png", else JPEG."""
    picture, encoded = Image.new("RGB", (width, height), _TINT), io.BytesIO()
    picture.save(encoded, "PNG" if suffix == ".png" else "JPEG")
    return encoded.getvalue()


def _suffix(uri: str) -> str:
    return ".png" if uri.lower().endswith(".png") else ".jpg"


def _declared_size(record: dict[str, Any]) -> tuple[int, int] | None:
    for label in record.values():
        try:
            size = label["image_size"][0]
            width, height = int(size["width"]), int(size["height"])
        except (TypeError, KeyError, IndexError, ValueError):
            continue
        if width > 0 and height > 0 and width * height <= _MOST_PIXELS:
            return width, height
    return None
