"""Folders that synth makes once and keeps: whole or not there, and readable for Lambda."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

FILE, PROGRAM_OR_FOLDER = 0o644, 0o755
"""Lambda runs a function as a user of its own, with the modes that the archive has (Lambda
developer guide, python-package.html); the CDK CLI archives the modes of the files as they are."""


def build_folder(cache: Path, name: str, fill: Callable[[Path], None]) -> Path:
    """Return the folder of that name in ``cache``, filled unless it is there already.

    ``name`` stands for the content. Another process may fill the same folder at the same time.
    """
    folder = cache / name
    if folder.exists():
        return folder
    unfinished = cache / f"{name}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    fill(unfinished)
    _make_readable(unfinished)
    try:
        unfinished.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(unfinished)
    return folder


def _make_readable(folder: Path) -> None:
    """Give every file and folder the same mode, whatever the umask of this machine."""
    for path in (folder, *folder.rglob("*")):
        runs = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(PROGRAM_OR_FOLDER if runs else FILE)
