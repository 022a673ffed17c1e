"""Examines the images of an accepted manifest, in a folder or in S3, before they are paid for."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from cli.reading_progress import counting_progress
from lambdas.images.answer import Answer, Part, Refusal, Span
from lambdas.images.examination import examine_header
from lambdas.images.examined import Examined
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.stream.lines import RawStream
from local.demo.image_files import file_of

Look = Callable[[Iterable[DeclaredImage]], Iterable[Examined]]

_MISSING = Refusal(404, "NoSuchKey")


class KeptStream:
    """A stream that keeps in a file what somebody reads from it, to be read once more."""

    def __init__(self, stream: RawStream, file: IO[bytes]) -> None:
        self._stream = stream
        self._file = file

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        """Read from the stream."""
        count = self._stream.readinto(buffer)
        self._file.write(memoryview(buffer)[: count or 0])
        return count

    def again(self) -> RawStream:
        """Return what was read, from its beginning."""
        self._file.seek(0)
        return cast("RawStream", self._file)  # its stub does not say that it has readinto


def examine_images(accepted: IO[bytes], count: int, look: Look) -> ExaminedImages:
    """Look at ``count`` images that validation has accepted and listed in a file."""
    accepted.seek(0)
    found = ExaminedImages()
    images = (msgspec.json.decode(line, type=DeclaredImage) for line in accepted)
    with counting_progress("looking at images", count) as advance:
        for examined in look(images):
            examined.add_to(found)
            advance()
    return found


def in_folder(folder: Path) -> Look:
    """Look at the files of a folder, found by the end of their source-ref."""

    def look(images: Iterable[DeclaredImage]) -> Iterator[Examined]:
        found = [(image, file_of(folder, image.source_ref)) for image in images]
        sizes = Counter(path.stat().st_size for _, path in found if path)
        for image, path in found:
            yield _examine_file(image, path, sizes)

    return look


def in_s3(images: Iterable[DeclaredImage]) -> Iterable[Examined]:
    """Look at the objects that the lines name, with the credentials of the environment."""
    # Slow to import, and only needed here.
    from lambdas.adapters.image_objects import examine_objects  # noqa: PLC0415
    from lambdas.adapters.object_requests import object_requests  # noqa: PLC0415

    return examine_objects(images, examine_header, object_requests())


def _examine_file(image: DeclaredImage, path: Path | None, sizes: Counter[int]) -> Examined:
    examination = examine_header(image)
    span = next(examination)
    while True:
        try:
            span = examination.send(_answer(path, span, sizes))
        except StopIteration as finished:
            examined: Examined = finished.value
            return examined


def _answer(path: Path | None, span: Span, sizes: Counter[int]) -> Answer:
    if path is None:
        return _MISSING
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            content = str(size)
            if sizes[size] > 1 and span.first == 0:  # others can't have the same bytes
                content = hashlib.file_digest(file, "blake2b").hexdigest()
            file.seek(span.first)
            return Part(file.read(span.end - span.first), size, content)
    except OSError as error:
        return Refusal(403, "AccessDenied", error.strerror or "")
