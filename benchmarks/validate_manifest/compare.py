"""Compares the contestants on one manifest: ``python -m benchmarks.validate_manifest.compare``.

Each round runs every contestant once, in a process of its own and in another order, so that a busy
machine hits them alike; ratios are taken within a round, and the median over the rounds counts.
``--s3`` compares ways from S3 to S3 instead, over TLS to an object server on this machine.
``--check`` runs each once on small manifests and only looks whether they agree.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.interleaved import interleaved
from benchmarks.validate_manifest import over_s3
from benchmarks.validate_manifest.generate import CASES, Shape, write
from benchmarks.validate_manifest.measuring import Run, disagreements, measure

CONTESTANTS = (
    "this_validator",
    "json_same_checks",
    "json_but_duplicate_keys",
    "pydantic_models",
    "pandas_frame",
    "notebook",
    "bare_lines",
)
CHECKING = ("this_validator", "json_same_checks", "pydantic_models")
THIS = "this_validator"
BARE = "bare_lines"


def check() -> list[str]:
    """Disagreements on a clean manifest, and of those that check on a faulty one."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "output.manifest"
        write(manifest, Shape(lines=2_000, floats=0.2))
        wrong += disagreements({name: measure(name, manifest) for name in CONTESTANTS})
        for spelling in CASES.values():
            write(manifest, Shape(lines=2_000, spelling=spelling))
            wrong += disagreements({name: measure(name, manifest) for name in CHECKING})
        write(manifest, Shape(lines=2_000, faults=0.05, spaced=True))
        wrong += disagreements({name: measure(name, manifest) for name in CHECKING})
        wrong += over_s3.check_over_s3(Path(folder))
    return wrong


def table(rounds: list[dict[str, Run]], size: int) -> str:
    """Medians as a Markdown table; ratios are medians of those within a round."""
    lines = [
        "| contestant | seconds | MB/s | wall of this ÷ its | CPU ÷ bare lines | peak RSS |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in sorted(rounds[0], key=CONTESTANTS.index):
        runs = [found[name] for found in rounds]
        wall = statistics.median(run.wall for run in runs)
        ratio = statistics.median(found[THIS].wall / found[name].wall for found in rounds)
        bare = statistics.median(found[name].cpu / found[BARE].cpu for found in rounds)
        peak = statistics.median(run.peak for run in runs)
        lines.append(
            f"| {name} | {wall:.2f} | {size / wall / 1e6:.0f} | {ratio:.2f} | {bare:.1f} "
            f"| {peak:.0f} MB |"
        )
    return "\n".join(lines)


def compare_files(shape: Shape, only: list[str], rounds: int) -> list[str]:
    """Print how the contestants compare from file to file; return where they disagree."""
    contestants = [name for name in CONTESTANTS if name in {*only, THIS, BARE}]
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "output.manifest"
        write(manifest, shape)
        found = interleaved(contestants, rounds, lambda name: measure(name, manifest))
        print(table(found, manifest.stat().st_size))
    return [] if shape.faults else disagreements(found[0])


def compare_over_s3(shape: Shape, rounds: int) -> list[str]:
    """Return the same from S3 to S3."""
    with tempfile.TemporaryDirectory() as folder:
        manifest = over_s3.manifest_in(Path(folder))
        write(manifest, shape)
        found = over_s3.compare_over_s3(manifest, rounds)
        print(over_s3.table(found, manifest.stat().st_size))
    return [] if shape.faults else disagreements(found[0])


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--boxes", type=float, default=5.0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--floats", type=float, default=0.0)
    parser.add_argument("--spaced", action="store_true")
    parser.add_argument("--case", choices=CASES, default="plain", help="how lines are written")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("--check", action="store_true")
    return parser


def main() -> int:
    given = arguments().parse_args()
    shape = Shape(
        given.lines,
        given.boxes,
        faults=given.faults,
        floats=given.floats,
        spaced=given.spaced,
        spelling=CASES[given.case],
    )
    if given.check:
        wrong = check()
        print("\n".join(wrong) or "all contestants agree")
    elif given.s3:
        wrong = compare_over_s3(shape, given.rounds)
    else:
        wrong = compare_files(shape, given.only, given.rounds)
    if wrong and not given.check:
        print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
