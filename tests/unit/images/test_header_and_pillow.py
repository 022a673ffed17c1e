"""The header readers beside Pillow, on generated files and on mutations of them.

Where the two differ, this is who is right:

- 16-bit colour PNGs: Pillow says RGB and hides the depth; this reader says 16 and is right.
- Several pictures in one JPEG (MPO, of phones): Pillow's format is MPO; for training it is a JPEG,
  whose first picture counts.
- EXIF data behind the pixels of a PNG: Pillow finds them once it has read all of the file; this
  reader does not look there. Training looks at neither.
- Orientation out of XMP: Pillow takes it where EXIF states none. Browsers, and so labeling tools,
  take EXIF's only: this reader is right.
- EXIF data in several segments: Pillow joins them; this reader takes the first that state an
  orientation. The standard has one segment: nobody is right.
- EXIF data that are no proper TIFF, such as a value of another type: Pillow is more lenient.
  Viewers differ; this reader states no orientation.
- JPEGs with a segment that libjpeg refuses (an unknown marker, a second frame, a frame of a wrong
  length or a lossless kind): Pillow opens them, and fails at the pixels; this reader is right.
- PNGs with methods that the standard does not have, or a first chunk of another length: likewise.
- PNGs with a wrong checksum behind the first chunk: Pillow refuses to open them; this reader does
  not look. Decoding finds it.
"""

import io
import warnings
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from PIL import Image

from lambdas.images.content import header_reader
from lambdas.images.header import BrokenHeader, Colour, Header
from tests.unit.images.images import ORIENTATION, any_image, encoded, exif

COLOURS: dict[str, Colour] = {
    "1": "grey",
    "L": "grey",
    "I;16": "grey",
    "P": "palette",
    "RGB": "colour",
    "CMYK": "CMYK",
    "RGBA": "colour with transparency",
    "LA": "grey with transparency",
}
MODES = {"JPEG": ["L", "RGB", "CMYK"], "PNG": ["1", "L", "I;16", "P", "RGB", "RGBA", "LA"]}
Lenient = settings(suppress_health_check=list(HealthCheck), deadline=None)


def header_of(content: bytes, piece: int | None = None) -> Header:
    """Read a header from pieces of a file, of which none but the first is longer than needed."""
    reader = header_reader(content, len(content))
    assert reader is not None
    found = reader.read(content[:piece])
    while found is None:
        begin = reader.position
        found = reader.read(content[begin : begin + 70_000], begin)
    return found


@st.composite
def files(draw: st.DrawFn) -> tuple[bytes, Image.Image, int]:
    """A file, the image it was made of, and its orientation."""
    file_format = draw(st.sampled_from(["JPEG", "PNG"]))
    size = draw(st.tuples(st.integers(1, 70), st.integers(1, 70)))
    image = any_image(size, draw(st.sampled_from(MODES[file_format])))
    orientation = draw(st.integers(1, 8))
    options: dict[str, Any] = {}
    if draw(st.booleans()):
        options["exif"] = exif(orientation, draw(st.integers(0, 60_000)))
    if draw(st.booleans()):
        options["icc_profile"] = bytes(draw(st.integers(1, 200_000)))
    if file_format == "JPEG":
        options["progressive"] = draw(st.booleans())
        options["comment"] = bytes(draw(st.integers(0, 20)))
        options["quality"] = draw(st.integers(1, 95))
    return encoded(image, file_format, **options), image, orientation if "exif" in options else 1


@settings(parent=Lenient, max_examples=300)
@given(files(), st.integers(33, 5_000))
def test_what_pillow_wrote_is_read_whatever_the_first_piece(
    file: tuple[bytes, Image.Image, int], piece: int
) -> None:
    content, image, orientation = file
    found = header_of(content, piece)
    depth = {"1": 1, "I;16": 16}.get(image.mode, 8)
    assert (found.width, found.height) == image.size
    assert found.colour == COLOURS[image.mode]
    assert found.depth == depth or found.colour == "palette"
    # EXIF data that go on beyond the piece count as far as they are there.
    assert found.orientation in {orientation, 1}
    assert header_of(content).orientation == orientation


def pillow(content: bytes) -> Image.Image | None:
    """The image as Pillow opens it, if it does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Image.open(io.BytesIO(content), formats=("JPEG", "PNG"))
        except Exception:  # noqa: BLE001 - whatever it makes of a mutation
            return None


def decodes(image: Image.Image) -> bool:
    try:
        image.load()
    except Exception:  # noqa: BLE001
        return False
    return True


def orientation_by_pillow(image: Image.Image) -> int:
    try:
        stated = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001
        return 1
    return stated if stated in range(1, 9) else 1


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file in whose header some bytes were changed, put in or left out, or that was cut."""
    content = bytearray(draw(files())[0])
    end = min(len(content), draw(st.sampled_from([60, 700, 5_000])))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(2, end - 1))
        match draw(st.sampled_from(["change", "mark", "insert", "drop", "cut"])):
            case "change":
                content[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "mark":
                content[at : at + 2] = b"\xff" + draw(st.binary(min_size=1, max_size=1))
            case "insert":
                content[at:at] = draw(st.binary(min_size=1, max_size=20))
            case "drop":
                del content[at : at + draw(st.integers(1, 20))]
            case "cut":
                del content[at + draw(st.integers(0, 2_000)) :]
        end = min(end, len(content))
        assume(end > 10)
    return bytes(content)


@settings(parent=Lenient, max_examples=1_500)
@given(mutated())
def test_a_mutation_is_read_as_pillow_reads_it_or_refused(content: bytes) -> None:
    theirs = pillow(content)
    if header_reader(content, len(content)) is None:
        return
    try:
        found = header_of(content)
    except BrokenHeader:
        assert theirs is None or not decodes(theirs)
        return
    if theirs is not None and decodes(theirs):
        assert (found.width, found.height) == theirs.size
        assert found.colour == COLOURS.get(theirs.mode, found.colour) or found.format == "PNG"
        assert found.orientation in {1, orientation_by_pillow(theirs)}
