"""Seeded Ground Truth manifests: ``python -m benchmarks.validate_manifest.generate --help``."""

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SIZES = ((500, 400), (640, 480), (1024, 768), (1920, 1080), (4032, 3024))
FAULTS = ("left", "unlabeled", "json")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the lines write image names, sides in pixels and class names."""

    extension: str = ".jpg"
    side: str = "{}"
    name: str = "class"


# Lines without a fault, written in ways that a decoder made for the usual ones could refuse.
CASES = {
    "plain": Spelling(),
    "capital-in-extension": Spelling(extension=".Jpg"),
    "float-image-size": Spelling(side="{}.0"),
    "quotation-mark-in-name": Spelling(name='17\\" monitor'),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the manifest is like: see the options of ``arguments``."""

    lines: int
    boxes: float = 5.0
    classes: int = 20
    faults: float = 0.0
    spaced: bool = False
    floats: float = 0.0
    seed: int = 7
    spelling: Spelling = CASES["plain"]


def lines(shape: Shape) -> Iterator[str]:
    """Return the lines of the manifest, the same for the same shape."""
    chance = random.Random(shape.seed)
    for number in range(shape.lines):
        line = _line(chance, number, shape)
        if shape.faults and chance.random() < shape.faults:
            line = _broken(line, number)
        if shape.spaced:
            line = line.replace(',"', ', "').replace('":', '": ')
        yield line + "\n"


def _line(chance: random.Random, number: int, shape: Shape) -> str:
    width, height = chance.choice(SIZES)
    count = min(int(chance.expovariate(1 / (shape.boxes + 0.5))), 400) if shape.boxes else 0
    if not count and chance.random() < 0.8:
        count = 1
    drawn = [_box(chance, width, height, shape) for _ in range(count)]
    boxes = ",".join(text for _, text in drawn)
    used = sorted({class_id for class_id, _ in drawn})
    names = ",".join(f'"{class_id}":"{shape.spelling.name}-{class_id:02d}"' for class_id in used)
    objects = ",".join(f'{{"confidence":{0.5 + chance.random() / 2:.2f}}}' for _ in drawn)
    date = f"2024-{1 + number % 12:02d}-{1 + number % 28:02d}T{number % 24:02d}:00:59.090713"
    name = f"{chance.getrandbits(64):016x}-{number:09d}"
    return (
        f'{{"source-ref":"s3://my-labelled-images-bucket/raw/2024/{name}{shape.spelling.extension}",'
        f'"my-labeling-job":{{"image_size":[{{"width":{shape.spelling.side.format(width)},'
        f'"height":{shape.spelling.side.format(height)},"depth":3}}],'
        f'"annotations":[{boxes}]}},"my-labeling-job-metadata":{{"objects":[{objects}],'
        f'"class-map":{{{names}}},"type":"groundtruth/object-detection","human-annotated":"yes",'
        f'"creation-date":"{date}","job-name":"labeling-job/my-labeling-job"}}}}'
    )


def _box(chance: random.Random, width: int, height: int, shape: Shape) -> tuple[int, str]:
    class_id = int(chance.random() * chance.random() * shape.classes)  # some classes are rare
    box_width, box_height = chance.randint(1, width), chance.randint(1, height)
    left, top = chance.randint(0, width - box_width), chance.randint(0, height - box_height)
    # Consolidated boxes of several workers mix whole numbers and fractions.
    fraction = ".39999999999998" if left and chance.random() < shape.floats else ""
    start = f"{left - 1}{fraction}" if fraction else f"{left}"
    return class_id, (
        f'{{"class_id":{class_id},"top":{top},"left":{start},'
        f'"height":{box_height},"width":{box_width}}}'
    )


def _broken(line: str, number: int) -> str:
    fault = FAULTS[number % len(FAULTS)]
    if fault == "left":
        return line.replace('"left":', '"left":-', 1).replace("-0,", "-1,", 1)
    if fault == "unlabeled":
        return line[: line.index(',"my-labeling-job"')] + "}"
    return line[:-2]


def write(path: Path, shape: Shape) -> None:
    """Write the manifest to ``path``."""
    with path.open("w", encoding="utf-8", buffering=1 << 20) as file:
        file.writelines(lines(shape))


def arguments() -> argparse.ArgumentParser:
    """Return the command line: where to, and each field of ``Shape``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("lines", type=int)
    parser.add_argument("--boxes", type=float, default=5.0, help="mean number on an image")
    parser.add_argument("--classes", type=int, default=20)
    parser.add_argument("--faults", type=float, default=0.0, help="share of faulty lines")
    parser.add_argument("--floats", type=float, default=0.0, help="share of fractional boxes")
    parser.add_argument("--spaced", action="store_true", help="a space after colon and comma")
    parser.add_argument("--seed", type=int, default=7)
    return parser


def main() -> None:
    given = vars(arguments().parse_args())
    write(given.pop("path"), Shape(**given))


if __name__ == "__main__":
    main()
