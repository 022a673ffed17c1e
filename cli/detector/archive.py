"""Reads the ``model.tar.gz`` of a training job. The file is a stranger's: nothing is unpacked."""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, cast

import msgspec

from cli.detector.errors import NotUsable
from lambdas.pages.visible import visible
from local.aws.sagemaker.detector.file_names import ARRAYS, DOCUMENT

SYMBOL = "-symbol.json"
WEIGHTS = ".params"
HYPERPARAMETERS = "hyperparams.json"
"""The ends of the names of what the algorithm leaves: ``model_algo_1-symbol.json``,
``model_algo_1-0000.params``, ``hyperparams.json``."""

LARGEST = {
    SYMBOL: 16 << 20,
    WEIGHTS: 512 << 20,
    HYPERPARAMETERS: 1 << 20,
    DOCUMENT: 1 << 20,
    ARRAYS: 16 << 20,
}
"""Bytes. The largest network of the algorithm, vgg-16, has 105 MB of weights and 0.2 MB of
symbol; the stand-in of the embedded training service has less than 1 MB of arrays."""

LARGEST_CONTENT = 2 << 30
"""Bytes of the whole archive, unpacked."""

MOST_MEMBERS = 1000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelArchive:
    """What the built-in algorithm wrote.

    ``sha256`` is the digest of the archive itself, in hexadecimal.
    """

    symbol: bytes
    weights: bytes
    hyperparameters: dict[str, str]
    sha256: str


@dataclass(frozen=True, slots=True)
class ArchiveFiles:
    """The files of a ``model.tar.gz``: the names of all, and by ``LARGEST`` the known ones."""

    names: tuple[str, ...]
    known: Mapping[str, bytes]
    sha256: str


def read_archive(file: BinaryIO) -> ModelArchive:
    """Read a ``model.tar.gz`` of the algorithm; raises ``NotUsable`` for anything else."""
    return model_archive(read_files(file))


def model_archive(files: ArchiveFiles) -> ModelArchive:
    """Return the model among files; raises ``NotUsable`` where the algorithm did not write them."""
    known = files.known
    if SYMBOL not in known or WEIGHTS not in known:
        raise NotUsable(
            f"the archive holds {_listed(files.names)}, not one *{SYMBOL} and one *{WEIGHTS}: it is"
            " not a model of SageMaker's built-in Object Detection algorithm"
        )
    hyperparameters = _hyperparameters(known.get(HYPERPARAMETERS, b"{}"))
    return ModelArchive(known[SYMBOL], known[WEIGHTS], hyperparameters, files.sha256)


def read_files(file: BinaryIO) -> ArchiveFiles:
    """Read a ``tar.gz`` without unpacking it; raises ``NotUsable`` where it cannot be read."""
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    file.seek(0)
    names: list[str] = []
    found: dict[str, bytes] = {}
    try:
        for name, kind, content in _members(file):
            names.append(name)
            if kind in found:
                raise NotUsable(f"the archive holds {_listed(names)}: more than one *{kind}")
            if kind:
                found[kind] = content
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, ValueError) as error:
        raise NotUsable(f"not a model.tar.gz that can be read: {visible(str(error))}") from error
    return ArchiveFiles(tuple(names), found, digest.hexdigest())


def _members(file: BinaryIO) -> Iterator[tuple[str, str | None, bytes]]:
    """Yield name, kind and content of each file; the content only where the kind is known."""
    with gzip.open(file) as unpacked:
        reader = cast("BinaryIO", _BoundedReader(unpacked))
        with tarfile.open(fileobj=reader, mode="r:") as archive:
            for count, member in enumerate(archive):
                if count == MOST_MEMBERS:
                    raise NotUsable(f"the archive has more than {MOST_MEMBERS} members")
                name = PurePosixPath(member.name).name
                if member.isfile() and not name.startswith("._"):  # macOS's tar adds those
                    kind = next((kind for kind in LARGEST if name.endswith(kind)), None)
                    yield name, kind, _content(archive, member, kind) if kind else b""


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, kind: str) -> bytes:
    if member.size > LARGEST[kind]:
        raise NotUsable(
            f"{visible(member.name)} has {member.size:,} bytes; a model's has at most"
            f" {LARGEST[kind]:,}"
        )
    content = io.BytesIO()
    if opened := archive.extractfile(member):
        while chunk := opened.read(_CHUNK):
            content.write(chunk)
    return content.getvalue()


class _BoundedReader:
    """Keeps ``tarfile`` from taking what a header claims: it reads extended headers whole."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        if size > _CHUNK:
            raise NotUsable(f"the archive has a header of {size:,} bytes")
        return self._file.read(size)

    def seek(self, place: int) -> int:
        if place > LARGEST_CONTENT:
            raise NotUsable(f"the archive unpacks to more than {LARGEST_CONTENT:,} bytes")
        return self._file.seek(place)

    def tell(self) -> int:
        return self._file.tell()


def _hyperparameters(content: bytes) -> dict[str, str]:
    """Return what ``hyperparams.json`` says, numbers as text."""
    try:
        document = msgspec.json.decode(content, type=dict[str, str | int | float | bool | None])
        return {name: str(value) for name, value in document.items()}
    except (msgspec.DecodeError, ValueError) as error:  # ValueError: bytes or digits beyond reason
        raise NotUsable(f"{HYPERPARAMETERS}: {visible(str(error))}") from error


def _listed(names: Sequence[str]) -> str:
    if not names:
        return "no file"
    shown = ", ".join(visible(name, 60) for name in names[:5])
    return f"{shown} and {len(names) - 5} more" if len(names) > 5 else shown
