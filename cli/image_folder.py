"""Reads the images that the report's page shows from a folder, made small enough for it."""

import io
import warnings
from pathlib import Path

from PIL import Image

from lambdas.manifest.report import Report
from lambdas.report_page.samples import Picture

LONGEST_SIDE = 640
QUALITY = 80


def pictures(report: Report, folder: Path) -> dict[str, Picture]:
    """The sampled images that lie in a folder, by source-ref, as JPEG of up to LONGEST_SIDE.

    Files that are no images, or of which none is found, are left out.
    """
    found = {}
    for record in report.statistics.samples:
        path = file_of(folder, record.source_ref)
        content = _scaled(path) if path else None
        if content is not None:
            found[record.source_ref] = Picture(content, "image/jpeg")
    return found


def file_of(folder: Path, source_ref: str) -> Path | None:
    """The file of a folder that shares the longest end of its path with an S3 URI."""
    parts = source_ref.removeprefix("s3://").split("/")
    if ".." in parts or "\0" in source_ref:
        return None
    candidates = (folder.joinpath(*parts[start:]) for start in range(1, len(parts)))
    try:
        return next((path for path in candidates if path.is_file()), None)
    except OSError:  # a name too long for the file system
        return None


def _scaled(path: Path) -> bytes | None:
    encoded = io.BytesIO()
    try:
        with warnings.catch_warnings(), Image.open(path) as image:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            image.convert("RGB").save(encoded, "JPEG", quality=QUALITY)
    # Whatever Pillow's decoders make of a file that a stranger wrote: it is only left out.
    except Exception:  # noqa: BLE001
        return None
    return encoded.getvalue()
