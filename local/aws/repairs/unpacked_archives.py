"""Code and layers of the embedded Lambda: unpacked once, however many workers run them."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Self

from local.aws.repairs.patching import Patches, ministack


class UnpackedArchives:
    """Repair of what a worker begins with.

    ministack unpacks the layer anew for each worker, which costs a second of every cold start. Here
    a worker finds a link to the one copy, which its function must not change: on AWS, ``/var/task``
    and ``/opt`` are read-only.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder) / "unpacked"
        self._lock = threading.Lock()

    def install(self, patches: Patches) -> None:
        """Put the repair in place."""
        archive = partial(_Archive, self._unpacked)
        shared = SimpleNamespace(**{**vars(zipfile), "ZipFile": archive})
        patches.replace(ministack("core.lambda_runtime"), "zipfile", shared)

    def _unpacked(self, archive: zipfile.ZipFile) -> Path:
        """Return the folder with an archive's files."""
        digest = hashlib.sha256(Path(str(archive.filename)).read_bytes()).hexdigest()
        folder = self._folder / digest
        with self._lock:
            if not folder.exists():
                partial_copy = folder.with_suffix(".partial")
                archive.extractall(partial_copy)
                partial_copy.rename(folder)
        return folder


class _Archive:
    """What the workers use of ``zipfile.ZipFile``."""

    def __init__(self, unpacked: Callable[[zipfile.ZipFile], Path], path: str) -> None:
        self._unpacked, self._archive = unpacked, zipfile.ZipFile(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def namelist(self) -> list[str]:
        """Return the names of the files in it."""
        return self._archive.namelist()

    def extractall(self, folder: str) -> None:
        """Let an empty folder be a link to the files."""
        target = Path(folder)
        target.rmdir()
        target.symlink_to(self._unpacked(self._archive), target_is_directory=True)
