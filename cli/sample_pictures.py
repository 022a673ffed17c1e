"""Reads the images that the report's page shows from a folder."""

from pathlib import Path

from lambdas.manifest.report import Report
from lambdas.pages.samples import Picture
from lambdas.pages.thumbnail import thumbnail
from local.demo.image_files import file_of


def pictures(report: Report, folder: Path) -> dict[str, Picture]:
    """Read the sampled images that lie in a folder, by source-ref, made small.

    Files that are not images, and images without a file, are left out.
    """
    found = {}
    for record in report.statistics.samples:
        path = file_of(folder, record.source_ref)
        picture = thumbnail(path.read_bytes()) if path else None
        if picture is not None:
            found[record.source_ref] = picture
    return found
