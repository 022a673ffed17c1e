"""Finds a manifest's images in a folder on disk."""

from pathlib import Path


def file_of(folder: Path, source_ref: str) -> Path | None:
    """Find the file of a folder that shares the longest end of its path with an S3 URI."""
    parts = source_ref.removeprefix("s3://").split("/")
    if ".." in parts or "\0" in source_ref:
        return None
    candidates = (folder.joinpath(*parts[start:]) for start in range(1, len(parts)))
    try:
        return next((path for path in candidates if path.is_file()), None)
    except OSError:  # a name too long for the file system
        return None
