"""Opens what ``gt-train validate`` reads: a file, an object in S3, or standard input."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lambdas.errors import PipelineError
from lambdas.manifest.stream.lines import RawStream

STANDARD_INPUT = "-"

_Faults = tuple[type[Exception], ...]


class NotReadable(Exception):
    """A manifest that can't be opened or read to its end; the message is one line."""


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """An open manifest, whose stream raises ``NotReadable`` where reading breaks off.

    name: what to call it. size: in bytes; None where it is not known, as of a pipe.
    """

    name: str
    size: int | None
    stream: RawStream


@contextmanager
def opened(place: str) -> Iterator[ManifestSource]:
    """Open the manifest at a path or an S3 URI, or standard input for "-".

    Raises ``NotReadable`` where it does not exist or may not be read, or there are no credentials.
    """
    if place == STANDARD_INPUT:
        name = "standard input"
        yield ManifestSource(name, None, _Stream(_standard_input(), name, (OSError,)))
    elif "://" in place:
        yield _object(place)
    else:
        with ExitStack() as files:
            with _named(place, (OSError, ValueError)):  # ValueError: a path with a NUL
                file = files.enter_context(Path(place).open("rb", buffering=0))
                size = Path(place).stat().st_size
            yield ManifestSource(place, size or None, _Stream(file, place, (OSError,)))


def _standard_input() -> RawStream:
    # Its stub does not say that a buffered reader has readinto.
    return cast("RawStream", sys.stdin.buffer)


class _Stream:
    """A stream whose faults say which manifest they are about."""

    def __init__(self, stream: RawStream, name: str, faults: _Faults) -> None:
        self._stream = stream
        self._name = name
        self._faults = faults

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        with _named(self._name, self._faults):
            return self._stream.readinto(buffer)


def _object(uri: str) -> ManifestSource:
    # Local files are read without these imports, which take half a second.
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415
    from urllib3.exceptions import HTTPError  # noqa: PLC0415

    from lambdas.adapters.manifest_objects import open_manifest  # noqa: PLC0415

    faults = (PipelineError, BotoCoreError, ClientError, HTTPError, OSError)
    with _named(uri, faults):
        found = open_manifest(uri)
    return ManifestSource(uri, found.size, _Stream(found.body, uri, faults))


@contextmanager
def _named(name: str, faults: _Faults) -> Iterator[None]:
    try:
        yield
    except faults as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        about = reason if name in reason else f"{name}: {reason}"
        raise NotReadable(" ".join(about.split())) from error
