"""Makes a bucket of images: photographs, one of each odd file, and what is right about each."""

import io
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

BUCKET = "pictures"
PHOTOGRAPH = (1600, 1200)
BIG_EXIF = 60_000
BIG_PROFILE = 600_000
GIVEN_AS = {"JPEG": "jpg", "PNG": "png"}
_ORIENTATION, _MAKER_NOTE = 0x0112, 0x927C


@dataclass(frozen=True, slots=True)
class Line:
    """What a manifest says of an image, and the codes of the rules that are broken by it."""

    key: str
    width: int
    height: int
    codes: list[str]


def write(folder: Path, photographs: int, seed: int = 1) -> list[Line]:
    """Write the bucket into ``folder``; what is to be found comes back and goes beside it."""
    bucket = folder / BUCKET
    bucket.mkdir()
    lines = []
    for line, content in [*_photographs(photographs, seed), *_odd_files(seed)]:
        if content is not None:
            path = bucket / line.key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        lines.append(line)
    truth_of(folder).write_text(json.dumps([asdict(line) for line in lines]))
    return lines


def truth_of(folder: Path) -> Path:
    """Where the lines lie."""
    return folder / "truth.json"


def read(truth: Path) -> list[Line]:
    """Return the lines of a bucket."""
    return [Line(**line) for line in json.loads(truth.read_text())]


def _photographs(count: int, seed: int) -> Iterator[tuple[Line, bytes]]:
    """JPEGs, a fifth PNGs or progressive; 6 % have what phones and cameras put in front."""
    chance = random.Random(seed)
    scenes = [_scene(chance) for _ in range(5)]
    for number in range(count):
        image = scenes[number % len(scenes)].rotate(chance.randrange(4) * 180)
        image.putpixel((0, 0), (number % 256, number // 256 % 256, 0))
        options: dict[str, Any] = {"quality": 85}
        if number % 20 == 7:
            options["exif"] = _exif(1, BIG_EXIF)
        if number % 100 == 17:
            options["icc_profile"] = bytes(BIG_PROFILE)
        kind = "PNG" if number % 10 == 3 else "JPEG"
        if kind == "PNG":
            image = image.resize((400, 300))
        options["progressive"] = number % 10 == 8
        line = Line(f"photographs/{number:05}.{GIVEN_AS[kind]}", *image.size, [])
        yield line, _encoded(image, kind, **options)


def _scene(chance: random.Random) -> Image.Image:
    """Something between noise and a plain colour, as long in JPEG as a photograph."""
    width, height = PHOTOGRAPH
    coarse = Image.frombytes(
        "RGB", (width // 8, height // 8), chance.randbytes(width * height * 3 // 64)
    )
    fine = Image.effect_noise(PHOTOGRAPH, 30).convert("RGB")
    return Image.blend(coarse.resize(PHOTOGRAPH, Image.Resampling.BICUBIC), fine, 0.3)


def _odd_files(seed: int) -> Iterator[tuple[Line, bytes | None]]:
    chance = random.Random(seed)
    wide = Image.frombytes("RGB", (64, 48), chance.randbytes(64 * 48 * 3))
    plain = _encoded(wide, "JPEG")

    def odd(name: str, content: bytes | None, *codes: str, size: tuple[int, int] = (64, 48)) -> Any:
        return Line(f"odd/{name}", *size, list(codes)), content

    yield odd("missing.jpg", None, "image-missing")
    yield odd("no such + key ü%20.jpg", None, "image-missing")
    yield odd("a + key ü%20&=;~'.jpg", _encoded(wide.rotate(180), "JPEG"))
    yield odd("empty.jpg", b"", "image-empty")
    yield odd("html.jpg", b"<!DOCTYPE html><html>Sign in</html>", "not-an-image")
    yield odd("lfs.png", b"version https://git-lfs.github.com/spec/v1\n", "not-an-image")
    for kind in ("GIF", "WEBP", "BMP", "TIFF", "JPEG2000"):
        yield odd(f"{kind}.jpg", _encoded(wide, kind), "image-format-unsupported")
    yield odd("half a header.jpg", plain[:100], "image-header-broken")
    yield odd("half.jpg", plain[: len(plain) // 2 + 200], "image-end-missing")
    yield odd("half.png", _encoded(wide, "PNG")[:-20], "image-end-missing")
    yield odd("other size.jpg", plain + b"\0", "image-size-differs", size=(64, 50))
    for orientation, size, codes in (
        (6, (64, 48), []),
        (6, (48, 64), ["image-rotated"]),
        (3, (64, 48), ["image-orientation"]),
        (3, (48, 64), ["image-size-differs"]),
    ):
        turned = _encoded(wide, "JPEG", exif=_exif(orientation, 10 * len(codes) + size[0]))
        yield odd(f"orientation {orientation} {size}.jpg", turned, *codes, size=size)
    for mode, kind in (("L", "JPEG"), ("CMYK", "JPEG"), ("RGBA", "PNG"), ("LA", "PNG")):
        yield odd(f"{mode}.{GIVEN_AS[kind]}", _encoded(wide.convert(mode), kind), "image-channels")
    yield odd("palette.png", _encoded(wide.convert("P"), "PNG"))
    deep = _encoded(wide.convert("I;16"), "PNG")
    yield odd("deep.png", deep, "image-channels", "image-depth")
    bomb = _encoded(Image.new("1", (11_000, 11_000)), "PNG")
    yield odd("bomb.png", bomb, "image-channels", "image-too-large", size=(11_000, 11_000))


def _encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _exif(orientation: int, note: int) -> Image.Exif:
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    exif[_MAKER_NOTE] = bytes(note)
    return exif
