"""Examines the images of an accepted manifest, in a folder or in S3, before they are paid for."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from cli.reading_progress import counting_progress
from lambdas.images.answer import Answer, Part, Refusal, Span
from lambdas.images.declared import Channel, DeclaredImage, Examined
from lambdas.images.examination import examine_header
from lambdas.images.image_findings import ImageFindings, with_images
from lambdas.manifest.format import BOM
from lambdas.manifest.line.strict_json import parse
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.stream.lines import RawStream
from lambdas.manifest.validate import Sinks
from local.demo.image_files import file_of

Look = Callable[[list[DeclaredImage]], Iterable[Examined]]

_MISSING = Refusal(404, "NoSuchKey")
_GROUND_TRUTH = "labeling-job/"


class NumberedLines:
    """A stream that remembers the number of each line that somebody reads from it.

    Validation hands lines on unchanged, so that their bytes lead back to where they stood.
    """

    def __init__(self, stream: RawStream) -> None:
        self._stream = stream
        self._number = 1
        self._begun = b""
        self._numbers: dict[int, int] = {}

    def readinto(self, buffer: bytearray | memoryview, /) -> int | None:
        """Read from the stream."""
        count = self._stream.readinto(buffer)
        lines = (self._begun + bytes(memoryview(buffer)[: count or 0])).split(b"\n")
        self._begun = lines.pop()
        if not count:
            lines.append(self._begun)
        for line in lines:
            self._numbers.setdefault(hash(line.removeprefix(BOM)), self._number)
            self._number += 1
        return count

    def number_of(self, line: bytes) -> int:
        """The number of the first line with these bytes, counted from 1."""
        return self._numbers.get(hash(line), 0)


class AcceptedLines:
    """The lines of both channels in temporary files, until their images are examined.

    validation: None where the validation channel was split off the one manifest.
    """

    def __init__(
        self, files: ExitStack, manifest: NumberedLines, validation: NumberedLines | None
    ) -> None:
        train, held_out = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - on the stack
        self._files: dict[Channel, IO[bytes]] = {
            "train": files.enter_context(train),
            "validation": files.enter_context(held_out),
        }
        self._origins = {"train": manifest, "validation": validation or manifest}
        self.were_split = validation is None

    def sinks(self) -> Sinks:
        """Where validation writes to."""
        train, validation = self._files["train"], self._files["validation"]
        return Sinks(train.write, validation.write, lambda _chunk: None)

    def images(self, attribute: str, channel: Channel) -> Iterator[DeclaredImage]:
        """The images of a channel, as its lines declare them."""
        file = self._files[channel]
        file.seek(0)
        for ended in file:
            line = ended.removesuffix(b"\n")
            yield _declared(line, self._origins[channel].number_of(line), attribute, channel)


def check_images(report: Report, policy: Policy, lines: AcceptedLines, look: Look) -> Report:
    """Return the report with what is wrong with the images of an accepted manifest."""
    attribute = report.label_attribute
    if report.verdict == "rejected" or attribute is None:
        return report
    found = ImageFindings(one_manifest=lines.were_split)
    with counting_progress("looking at images", report.records.usable) as advance:
        for channel in ("train", "validation"):
            for examined in look(list(lines.images(attribute, channel))):
                found.add(examined)
                advance()
    return with_images(report, found, policy)


def in_folder(folder: Path) -> Look:
    """Look at the files of a folder, found by the end of their source-ref."""

    def look(images: list[DeclaredImage]) -> Iterator[Examined]:
        paths = [file_of(folder, image.source_ref) for image in images]
        sizes = Counter(path.stat().st_size for path in paths if path)
        for image, path in zip(images, paths, strict=True):
            yield _examine_file(image, path, sizes)

    return look


def in_s3(images: list[DeclaredImage]) -> Iterable[Examined]:
    """Look at the objects that the lines name, with the credentials of the environment."""
    # Slow to import, and only needed here.
    from lambdas.adapters.image_objects import examine_objects  # noqa: PLC0415
    from lambdas.adapters.object_requests import object_requests  # noqa: PLC0415

    return examine_objects(images, examine_header, object_requests())


def _declared(line: bytes, number: int, attribute: str, channel: Channel) -> DeclaredImage:
    record, _ = parse(line)  # as validation has read it: other parsers refuse 1e999
    assert record is not None  # noqa: S101 - it is an accepted line
    (size,) = record[attribute]["image_size"]
    metadata = record.get(f"{attribute}-metadata")
    job = metadata.get("job-name") if isinstance(metadata, dict) else None
    return DeclaredImage(
        number,
        record["source-ref"],
        int(size["width"]),
        int(size["height"]),
        channel,
        as_stored=str(job).startswith(_GROUND_TRUTH),
    )


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
            content = None
            if sizes[size] > 1 and span.first == 0:  # others can't have the same bytes
                content = hashlib.file_digest(file, "blake2b").hexdigest()
            file.seek(span.first)
            return Part(file.read(span.end - span.first), size, content)
    except OSError as error:
        return Refusal(403, "AccessDenied", error.strerror or "")
