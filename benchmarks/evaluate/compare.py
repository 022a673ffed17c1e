"""Compares the contestants on seeded data sets: ``python -m benchmarks.evaluate.compare``.

Every contestant runs once on each, in a process of its own; the figures of all must be the same.
``--check`` does that on small data sets and prints no times.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.evaluate.generate import ANNOTATIONS, RESULTS, Shape

THIS, REFERENCE, FASTER = "this_evaluation", "pycocotools_coco", "faster_coco_eval_coco"
CONTESTANTS = (THIS, REFERENCE, FASTER)

SIZES = {
    "coco": Shape(images=5_000, classes=80),
    "large": Shape(images=20_000, classes=50),
    "dense": Shape(images=2_000, boxes=40, classes=1),
}
SMALL = (
    Shape(images=40, classes=5),
    Shape(images=10, boxes=40, classes=1),
    Shape(images=20, detections=250, classes=2),
    Shape(images=20, classes=3, shuffled=True),
)
EXACT = 1e-9


@dataclass(frozen=True, slots=True)
class Run:
    """One run: CPU seconds and peak memory in MB, imports included, and the figures."""

    cpu: float
    peak: float
    figures: list[float]


def measure(contestant: str, truth: Path, results: Path) -> Run:
    command = [sys.executable, "-m", "benchmarks.evaluate.runner", contestant]
    done = subprocess.run(
        [*command, str(truth), str(results)], check=True, stdout=subprocess.PIPE, text=True
    )
    return Run(**json.loads(done.stdout))


def compare(shape: Shape, contestants: list[str]) -> dict[str, Run]:
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), shape)
        paths = Path(folder) / ANNOTATIONS, Path(folder) / RESULTS
        return {name: measure(name, *paths) for name in contestants}


def generate(folder: Path, shape: Shape) -> None:
    """In a process of its own: the peak memory of this one would count as that of its children."""
    options = {"boxes": shape.boxes, "detections": shape.detections, "classes": shape.classes}
    command = [sys.executable, "-m", "benchmarks.evaluate.generate", str(folder)]
    command += [str(shape.images), *(f"--{name}={value}" for name, value in options.items())]
    subprocess.run([*command, *(["--shuffled"] if shape.shuffled else [])], check=True)


def disagreements(runs: dict[str, Run]) -> list[str]:
    first, *others = runs.items()
    return [
        f"{name} has {run.figures}, {first[0]} {first[1].figures}"
        for name, run in others
        if any(abs(a - b) > EXACT for a, b in zip(first[1].figures, run.figures, strict=True))
    ]


def table(runs: dict[str, Run]) -> str:
    lines = ["| contestant | CPU seconds | CPU of this ÷ its | peak RSS |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {run.cpu:.2f} | {runs[THIS].cpu / run.cpu:.2f} | {run.peak:.0f} MB |"
        for name, run in runs.items()
    ]
    return "\n".join(lines)


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS[1:], default=list(CONTESTANTS[1:]))
    parser.add_argument("--check", action="store_true")
    return parser


def main() -> int:
    given = arguments().parse_args()
    wrong: list[str] = []
    if given.check:
        for shape in SMALL:
            wrong += disagreements(compare(shape, list(CONTESTANTS)))
        print("\n".join(wrong) or "all contestants agree")
        return 1 if wrong else 0
    for name in given.sizes:
        runs = compare(SIZES[name], [THIS, *given.only])
        print(f"{name}: {SIZES[name]}\n\n{table(runs)}\n", flush=True)
        wrong += disagreements(runs)
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
