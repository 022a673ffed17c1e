"""Images for the tests, and examinations of them from memory."""

import io
import random
from typing import Any

from PIL import Image, ImageFile

from lambdas.images.answer import Answer, Part, Refusal, Span
from lambdas.images.examination import Examine, examine_header
from lambdas.images.examined import Examined
from lambdas.manifest.line.declared_image import DeclaredImage

ORIENTATION = 0x0112
MAKER_NOTE = 0x927C

# Pillow writes a JPEG through a buffer that has to hold EXIF data and colour profile together.
ImageFile.MAXBLOCK = 1 << 20


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def any_image(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    """An image of many values, which take several kilobytes in every format."""
    width, height = size
    noise = Image.frombytes("L", size, random.Random(7).randbytes(width * height))
    return noise.convert(mode)


def exif(orientation: int, note: int = 0) -> Image.Exif:
    """EXIF data with an orientation and so many bytes of the camera's own."""
    data = Image.Exif()
    data[ORIENTATION] = orientation
    data[MAKER_NOTE] = bytes(note)
    return data


def declared(width: int = 40, height: int = 30, **changes: Any) -> DeclaredImage:
    return DeclaredImage(
        **{
            "line": 1,
            "source_ref": "s3://images/1.jpg",
            "width": width,
            "height": height,
            **changes,
        }
    )


def examine(
    content: bytes | Refusal, image: DeclaredImage | None = None, how: Examine = examine_header
) -> tuple[Examined, list[Span]]:
    """Examine an image from memory; the spans are those that were read."""
    examination = how(image or declared())
    spans = [next(examination)]
    while True:
        span = spans[-1]
        answer: Answer = (
            content
            if isinstance(content, Refusal)
            else Part(content[span.first : span.end], len(content))
        )
        try:
            spans.append(examination.send(answer))
        except StopIteration as finished:
            return finished.value, spans


def codes(content: bytes | Refusal, **given: Any) -> list[str]:
    """The rules that an image breaks."""
    found, _ = examine(content, **given)
    assert all(fault.message for fault in found.faults)
    return [fault.rule.code for fault in found.faults]


def with_scans(count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated until it has `count`."""
    plain = encoded(Image.new("L", (64, 64)), "JPEG", progressive=True)
    last = plain.rindex(b"\xff\xda")
    scan = plain[last:-2]
    return plain[:-2] + scan * (count - plain.count(b"\xff\xda")) + plain[-2:]


DAMAGED_SIZE = (100, 80)


DAMAGED_SIZE = (100, 80)


def _damaged() -> dict[str, bytes]:
    """Images of that size whose headers are right and whose pixels are not, by what was done."""
    pixels = random.Random(7).randbytes(3 * DAMAGED_SIZE[0] * DAMAGED_SIZE[1])
    noise = Image.frombytes("RGB", DAMAGED_SIZE, pixels)
    jpeg, png = encoded(noise, "JPEG", quality=100, subsampling=0), encoded(noise, "PNG")
    at = 18_000  # beyond what is read of a file at first, and before its end
    return {
        "a JPEG is cut": jpeg[:at],
        "a JPEG is cut before its end marker": jpeg[:at] + jpeg[-2:],
        "a JPEG has other data": jpeg[:at] + pixels[:3_000] + jpeg[at + 3_000 :],
        "a PNG is cut": png[:at],
        "a PNG is cut before its end marker": png[:at] + png[-12:],
        "a PNG has one bit changed": png[:at] + bytes([png[at] ^ 1]) + png[at + 1 :],
    }


DAMAGED = _damaged()
