"""``model.tar.gz``: the few small files of a model, packed in memory."""

import gzip
import io
import tarfile
from collections.abc import Mapping


class NotThisArchive(ValueError):
    """It is not an archive, or lacks a file that is asked for."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files by name, the same bytes for the same files."""
    packed = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped,
        tarfile.open(fileobj=zipped, mode="w") as archive,
    ):
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def unpack(packed: bytes, *names: str) -> list[bytes]:
    """Return the contents of the files named.

    Raises:
        NotThisArchive: there is none of these, or no archive at all.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
            return [_content(archive, name) for name in names]
    except (tarfile.TarError, OSError, EOFError, KeyError) as error:
        raise NotThisArchive(str(error)) from error


def _content(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise NotThisArchive(f"{name} is not a file")
    return member.read()
