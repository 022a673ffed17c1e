"""Writes files without losing those that are read."""

from collections.abc import Iterable
from pathlib import Path

from cli.detector.errors import NotUsable


def refuse_to_overwrite(path: Path, inputs: Iterable[Path]) -> None:
    """Raise ``NotUsable`` where a file to be written is one that is read."""
    if path.exists() and any(each.exists() and path.samefile(each) for each in inputs):
        raise NotUsable(f"{path} would overwrite what is read: name another file")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file to its end or not at all."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise NotUsable(f"{path} can't be written: {error.strerror}") from error
