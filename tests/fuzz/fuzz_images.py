"""Coverage-guided fuzzing of the image headers: `python tests/fuzz/fuzz_images.py [CORPUS]`.

Needs `pip install atheris`. Options are libFuzzer's, such as -max_total_time=600 -max_len=40000.
An input fails if the examination raises, reads too often or outside of the file, finds a size that
cannot be, or finds something else when the file comes in other pieces.
"""

import io
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2]))
atheris: Any = import_module("atheris")  # not among the requirements

with atheris.instrument_imports(include=["lambdas.images"]):
    from lambdas.images.answer import Part
    from lambdas.images.content import header_reader
    from lambdas.images.examination import examine_header
    from lambdas.images.header import BrokenHeader, Header
    from lambdas.manifest.line.declared_image import DeclaredImage

MOST_READS = 5
IMAGE = DeclaredImage(1, "s3://images/1.jpg", 16, 8)
PADDING = bytes(20_000)


def header_of(data: bytes, piece: int) -> Header | None:
    """The header, read from pieces of that many bytes as far as these suffice."""
    reader = header_reader(data, len(data))
    if reader is None:
        return None
    try:
        found = reader.read(data[: max(piece, 64)])
        for _ in range(1_000):
            if found is not None:
                return found
            begin = reader.position
            found = reader.read(data[begin : begin + piece], begin)
    except BrokenHeader:
        return None
    return found


def check(data: bytes) -> None:
    """Examine `data`; its first byte says how much follows, so that second reads are reached."""
    padded = data[1:] + PADDING * (data[0] % 3) if data else data
    examination = examine_header(IMAGE)
    span = next(examination)
    reads = 1
    while True:
        assert 0 <= span.first < span.end
        assert span.first == 0 or span.end <= len(padded)
        try:
            span = examination.send(Part(padded[span.first : span.end], len(padded)))
        except StopIteration as finished:
            examined = finished.value
            break
        reads += 1
    assert reads <= MOST_READS
    for fault in examined.faults:
        assert fault.message.isprintable()
    whole, pieces = header_of(padded, len(padded)), header_of(padded, 70_000)
    assert whole == pieces
    if whole is not None:
        assert 0 < whole.width < 1 << 31
        assert 0 < whole.height < 1 << 31
        assert 1 <= whole.orientation <= 8
        marker = b"\xff\xda" if whole.format == "JPEG" else b"IDAT"
        assert marker in padded[whole.pixels_at : whole.pixels_at + 8]


def seeds(folder: Path) -> None:
    """Write the files to begin with."""
    exif = Image.Exif()
    exif[0x0112] = 6
    for file_format, modes in (("JPEG", ("L", "RGB", "CMYK")), ("PNG", ("P", "RGBA", "I;16"))):
        for mode in modes:
            file = io.BytesIO()
            Image.new(mode, (16, 8)).save(file, file_format, exif=exif, icc_profile=b"profile")
            (folder / f"{mode}.{file_format}").write_bytes(b"\0" + file.getvalue())


if __name__ == "__main__":
    corpus = next((Path(each) for each in sys.argv[1:] if not each.startswith("-")), None)
    if corpus is not None:
        seeds(corpus)
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
