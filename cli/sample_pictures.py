"""Reads the images that the report's page shows from a folder."""

from pathlib import Path

from lambdas.images.decoding import MOST_BYTES
from lambdas.manifest.report import Report
from lambdas.pages.samples import Picture
from lambdas.pages.thumbnail import thumbnail
from local.demo.image_files import file_of


def pictures(report: Report, folder: Path) -> dict[str, Picture]:
    """Read the sampled images that lie in a folder, by source-ref, made small.

    What is not a JPEG or PNG of a reasonable size, or is not found, is left out.
    """
    found = {}
    for record in report.statistics.drawn():
        path = file_of(folder, record.source_ref)
        if path is None or path.stat().st_size > MOST_BYTES:
            continue
        picture = thumbnail(path.read_bytes())
        if picture is not None:
            found[record.source_ref] = picture
    return found
