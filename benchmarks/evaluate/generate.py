"""Seeded COCO annotations and results: ``python -m benchmarks.evaluate.generate --help``."""

import argparse
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

WIDTH, HEIGHT = 640, 480
SIDES = (8.0, 300.0)
CROWDS = 0.01

ANNOTATIONS, RESULTS = "annotations.json", "results.json"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """What the data set is like: see the options of ``arguments``."""

    images: int
    boxes: int = 7
    detections: int = 100
    classes: int = 80
    shuffled: bool = False
    seed: int = 7


def write(folder: Path, shape: Shape) -> None:
    """Write annotations and results into a folder."""
    chance = random.Random(shape.seed)
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for image in range(1, shape.images + 1):
        truth = [_labelled(chance, shape) for _ in range(chance.randint(0, 2 * shape.boxes))]
        for number, (class_id, box) in enumerate(truth, len(annotations) + 1):
            crowd = chance.random() < CROWDS
            annotations.append(_annotation(number, image, class_id, box) | {"iscrowd": int(crowd)})
        results += _detections(chance, shape, image, truth)
    if shape.shuffled:
        chance.shuffle(results)
    document = {
        "images": [
            {"id": image, "width": WIDTH, "height": HEIGHT, "file_name": f"{image:06}.jpg"}
            for image in range(1, shape.images + 1)
        ],
        "categories": [{"id": each, "name": f"class {each}"} for each in range(shape.classes)],
        "annotations": annotations,
    }
    (folder / ANNOTATIONS).write_bytes(msgspec.json.encode(document))
    (folder / RESULTS).write_bytes(msgspec.json.encode(results))


def _labelled(chance: random.Random, shape: Shape) -> tuple[int, Box]:
    class_id = int(chance.random() * chance.random() * shape.classes)  # some classes are rare
    return class_id, _anywhere(chance)


def _anywhere(chance: random.Random) -> Box:
    smallest, largest = SIDES
    width = smallest * (largest / smallest) ** chance.random()
    height = min(width * (0.5 + 1.5 * chance.random()), HEIGHT)
    left, top = chance.uniform(0, WIDTH - width), chance.uniform(0, HEIGHT - height)
    return round(left, 2), round(top, 2), round(width, 2), round(height, 2)


def _detections(
    chance: random.Random, shape: Shape, image: int, truth: list[tuple[int, Box]]
) -> list[dict[str, Any]]:
    """What a middling detector finds: most boxes, some twice or as another class, and clutter."""
    found = []
    for class_id, box in truth:
        for _ in range(chance.choice((0, 1, 1, 1, 2))):
            wrong = chance.random() < 0.1
            named = chance.randrange(shape.classes) if wrong else class_id
            found.append((named, _near(chance, box), 0.3 + 0.7 * chance.random()))
    while len(found) < shape.detections:
        score = 0.01 + 0.5 * chance.random() ** 3
        found.append((chance.randrange(shape.classes), _anywhere(chance), score))
    found.sort(key=lambda each: -each[2])
    return [
        {"image_id": image, "category_id": class_id, "score": round(score, 4), "bbox": box}
        for class_id, box, score in found[: shape.detections]
    ]


def _near(chance: random.Random, box: Box) -> Box:
    left, top, width, height = box
    spread = 0.15 * chance.random()
    return (
        round(left + chance.gauss(0, spread) * width, 2),
        round(top + chance.gauss(0, spread) * height, 2),
        round(width * (1 + spread * chance.uniform(-1, 1)), 2),
        round(height * (1 + spread * chance.uniform(-1, 1)), 2),
    )


def _annotation(number: int, image: int, class_id: int, box: Box) -> dict[str, Any]:
    area = box[2] * box[3]
    return {"id": number, "image_id": image, "category_id": class_id, "bbox": box, "area": area}


def arguments() -> argparse.ArgumentParser:
    """Return the command line: where to, and each field of ``Shape``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("images", type=int)
    parser.add_argument("--boxes", type=int, default=7, help="mean number on an image")
    parser.add_argument("--detections", type=int, default=100, help="on each image")
    parser.add_argument("--classes", type=int, default=80)
    parser.add_argument("--shuffled", action="store_true", help="results in no order")
    parser.add_argument("--seed", type=int, default=7)
    return parser


def main() -> None:
    given = vars(arguments().parse_args())
    write(given.pop("folder"), Shape(**given))


if __name__ == "__main__":
    main()
