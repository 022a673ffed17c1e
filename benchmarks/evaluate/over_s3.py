"""The step Evaluate Model from S3: ``python -m benchmarks.evaluate.over_s3``.

Two models' answers, one object an image, are read from a server on this machine over TLS as the
function reads them, and measured; the run is in a process of its own and prints its CPU seconds,
its wall time and its peak memory.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.object_store.served import served
from lambdas.adapters.answers import S3Answers
from lambdas.evaluation.boxes import TruthBox, truth_box
from lambdas.evaluation.comparison import compare
from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.voc_matching import VocRule
from lambdas.messages.evaluation import Predicted, Prediction

BUCKET = "bucket"
MODELS: tuple[Literal["candidate", "incumbent"], ...] = ("candidate", "incumbent")
WIDTH, HEIGHT, BOXES, CLASSES = 640, 480, 6, 20


@dataclass(frozen=True, slots=True)
class Size:
    """How many images, and how many rows the answer about each has."""

    images: int
    rows: int


def write_answers(folder: Path, size: Size) -> None:
    """Write an object for each image and model, of a few hundred different contents."""
    chance = random.Random(1)
    contents = [json.dumps({"prediction": rows(chance, size.rows)}) for _ in range(200)]
    for model in MODELS:
        target = folder / BUCKET / model
        target.mkdir(parents=True)
        for number in range(1, size.images + 1):
            (target / f"{number}.jpg.out").write_text(contents[number % len(contents)])


def rows(chance: random.Random, count: int) -> list[list[float]]:
    found = []
    for _ in range(count):
        left, top = chance.random() * 0.8, chance.random() * 0.8
        right, bottom = left + chance.random() * 0.2, top + chance.random() * 0.2
        place = [round(each, 7) for each in (left, top, right, bottom)]
        found.append([float(chance.randrange(CLASSES)), round(chance.random() ** 3, 7), *place])
    return found


def labelled(size: Size) -> LabelledImages:
    chance = random.Random(2)
    images = []
    for number in range(1, size.images + 1):
        truth: dict[int, list[TruthBox]] = {}
        for _ in range(BOXES):
            place = chance.uniform(0, 500), chance.uniform(0, 350), chance.uniform(20, 140), 60.0
            truth.setdefault(chance.randrange(CLASSES), []).append(truth_box(place))
        name = f"s3://{BUCKET}/{number}.jpg"
        images.append(LabelledImage(number, name, WIDTH, HEIGHT, truth))
    return LabelledImages(images, {}, all_named=False)


def predicted(model: Literal["candidate", "incumbent"], size: Size) -> Predicted:
    prediction = Prediction(
        model=model,
        image_bucket=BUCKET,
        image_count=size.images,
        images="",
        output=f"s3://{BUCKET}/{model}/",
        model_artifact="",
        container="",
    )
    return Predicted(prediction=prediction, transform_job="", failure=None)


class Answers(S3Answers):
    """Lists without asking: the server does not list."""

    def __init__(self, size: Size) -> None:
        self._size = size

    def listed(self, output: str) -> Iterator[str]:
        return (f"{output}{number}.jpg.out" for number in range(1, self._size.images + 1))


def measure(size: Size) -> None:
    """Print what one comparison of both models took."""
    begun = time.monotonic()
    found = compare(
        labelled(size),
        [predicted(model, size) for model in MODELS],
        Answers(size),
        rule=VocRule(),
        max_missing_fraction=0,
    )
    wall, used = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_SELF)
    assert found.incumbent  # noqa: S101 - both have been measured
    print(
        f"{size.images:,} images × {size.rows} rows × {len(MODELS)} models: CPU"
        f" {used.ru_utime + used.ru_stime:.1f} s, wall {wall:.1f} s, peak"
        f" {used.ru_maxrss / 1024:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=5_000)
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    size = Size(options.images, options.rows)
    if options.measure:
        measure(size)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_answers(Path(folder), size)
        with served(Path(folder)) as server:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.evaluate.over_s3", "--measure", *sys.argv[1:]],
                env={**os.environ, **server.environment},
                check=True,
            )


if __name__ == "__main__":
    main()
