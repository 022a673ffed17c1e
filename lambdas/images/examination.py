"""Examines one image: says which bytes of it are needed, and in the end what is wrong with it.

An examination is a generator that yields a ``Span`` and is sent the ``Answer`` to it: who drives it
reads from S3, a folder or memory, and examines as many at a time as it likes.
"""

from collections.abc import Callable, Generator

from lambdas.images import jpeg, png
from lambdas.images.answer import Answer, Part, Refusal, Span
from lambdas.images.content import beginning_fault, header_reader
from lambdas.images.decoding import decoding_fault
from lambdas.images.examined import Examined
from lambdas.images.header import BrokenHeader, Header
from lambdas.images.judgement import header_faults, largeness
from lambdas.images.refusal import refusal_fault
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.rules.rule import OPENCV, Fault, Rule
from lambdas.manifest.rules.text import quote

TRUNCATED = Rule(
    code="image-truncated",
    severity="error",
    title="The image is not complete",
    template="{image} can't be decoded to its end: {reason}",
    fix="Upload the image again. Of a cut JPEG, training would see the missing part as grey, "
    "boxes and all; a cut PNG it can't decode.",
    source=OPENCV,
)

END_MISSING = Rule(
    code="image-end-missing",
    severity="warning",
    title="The image has no end marker",
    template="{image} does not end as a {format} does, so that a part may be missing",
    fix="Open it in a program that shows all of it, and upload it again if it is cut.",
    source="EOI of JPEG (ITU-T T.81, table B.1), IEND of PNG (https://www.w3.org/TR/png-3/#11IEND)",
)

RULES = (TRUNCATED, END_MISSING)

FIRST_READ = 16 << 10
"""Bytes. Holds the header of 94 of 100 images of a varied corpus; most of it is not needed, but a
smaller read is not cheaper."""

_FURTHER_READS = (FIRST_READ, 1 << 20, 1 << 20, 4 << 20)
"""Where EXIF data end is known from the first bytes; where a colour profile in many segments ends
is not, so that what is read grows."""

Examination = Generator[Span, Answer, Examined]
Examine = Callable[[DeclaredImage], Examination]
_Look = Callable[[DeclaredImage, Part, Header], Generator[Span, Answer, Fault | None]]


class _Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def examine_header(image: DeclaredImage) -> Examination:
    """Examine an image by its first bytes; by its end, too, if those are all that it has."""
    return _examine(image, _look_at_end)


def examine_pixels(image: DeclaredImage) -> Examination:
    """Examine an image by decoding all of it, unless it is above the limits."""
    return _examine(image, _decode)


def _examine(image: DeclaredImage, look: _Look) -> Examination:
    try:
        first = yield from _read(Span(0, FIRST_READ))
        try:
            header = yield from _header(first)
        except BrokenHeader as broken:
            fault = beginning_fault(first, str(broken), quote(image.source_ref))
            return Examined(image, [fault], first.content)
        faults = list(header_faults(header, first.size, image))
        fault_of_rest = yield from look(image, first, header)
    except _Refused as refused:
        return Examined(image, [refusal_fault(refused.refusal, image.source_ref)])
    if fault_of_rest is not None:
        faults.append(fault_of_rest)
    return Examined(image, faults, first.content)


def _read(span: Span) -> Generator[Span, Answer, Part]:
    answer = yield span
    if isinstance(answer, Refusal):
        raise _Refused(answer)
    return answer


def _header(first: Part) -> Generator[Span, Answer, Header]:
    reader = header_reader(first.data, first.size)
    if reader is None:
        raise BrokenHeader("is of another format")
    header = reader.read(first.data)
    for count in _FURTHER_READS:
        if header is not None:
            return header
        begin = reader.position
        part = yield from _read(Span(begin, min(begin + count, first.size)))
        header = reader.read(part.data, begin)
    if header is None:
        raise BrokenHeader(f"has no pixels within its first {reader.position:,} bytes")
    return header


def _look_at_end(
    image: DeclaredImage, first: Part, header: Header
) -> Generator[Span, Answer, Fault | None]:
    """Look for the end marker in a file that was read whole; this reads nothing more."""
    yield from ()
    marker = jpeg.END if header.format == "JPEG" else png.END
    if len(first.data) == first.size and marker not in first.data[header.pixels_at :]:
        return END_MISSING.fault(image=quote(image.source_ref), format=header.format)
    return None


def _decode(
    image: DeclaredImage, first: Part, header: Header
) -> Generator[Span, Answer, Fault | None]:
    if largeness(header, first.size):
        return None
    content = first.data
    if len(content) < first.size:
        rest = yield from _read(Span(len(content), first.size))
        content += rest.data
    reason = decoding_fault(content, header.pixels_at)
    return TRUNCATED.fault(image=quote(image.source_ref), reason=reason) if reason else None
