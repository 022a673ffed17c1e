"""Compares the contestants on one manifest: `python -m benchmarks.validate_manifest.compare`.

Each round runs every contestant once, in a process of its own and in another order, so that a busy
machine hits them alike; ratios are taken within a round, and the median over the rounds counts.
`--check` runs each once on small manifests and only looks whether they agree.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.validate_manifest.generate import Shape, write

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


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the wall, of the CPU, peak memory in MB, and what was counted."""

    wall: float
    cpu: float
    peak: float
    result: dict[str, int]


def measure(contestant: str, manifest: Path) -> Run:
    """Run one contestant in its own process."""
    command = [sys.executable, "-m", "benchmarks.validate_manifest.runner", contestant]
    done = subprocess.run([*command, str(manifest)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    return Run(found["wall"], found["cpu"], found["peak"] / 1024, found["result"])


def disagreements(runs: dict[str, Run]) -> list[str]:
    """What two contestants that looked at it count differently."""
    wrong = []
    for count in ("lines", "usable", "boxes", "classes"):
        found = {name: run.result[count] for name, run in runs.items() if run.result[count] >= 0}
        if len(set(found.values())) > 1:
            wrong.append(f"{count}: {found}")
    return wrong


def check() -> list[str]:
    """Disagreements on a clean manifest, and of those that check on a faulty one."""
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "output.manifest"
        write(manifest, Shape(lines=2_000, floats=0.2))
        wrong += disagreements({name: measure(name, manifest) for name in CONTESTANTS})
        write(manifest, Shape(lines=2_000, faults=0.05, spaced=True))
        wrong += disagreements({name: measure(name, manifest) for name in CHECKING})
    return wrong


def compare(manifest: Path, contestants: list[str], rounds: int) -> list[dict[str, Run]]:
    """The runs of each round."""
    chance = random.Random(rounds)
    found = []
    for number in range(rounds):
        order = random.Random(chance.random()).sample(contestants, len(contestants))
        found.append({name: measure(name, manifest) for name in order})
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
    return found


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000)
    parser.add_argument("--boxes", type=float, default=5.0)
    parser.add_argument("--faults", type=float, default=0.0)
    parser.add_argument("--floats", type=float, default=0.0)
    parser.add_argument("--spaced", action="store_true")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if given.check:
        wrong = check()
        print("\n".join(wrong) or "all contestants agree")
        return 1 if wrong else 0
    contestants = [name for name in CONTESTANTS if name in {*given.only, THIS, BARE}]
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "output.manifest"
        shape = Shape(
            given.lines, given.boxes, faults=given.faults, floats=given.floats, spaced=given.spaced
        )
        write(manifest, shape)
        rounds = compare(manifest, contestants, given.rounds)
        wrong = [] if given.faults else disagreements(rounds[0])
        print(table(rounds, manifest.stat().st_size))
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
