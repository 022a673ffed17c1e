"""Compares ways to look at the images of a manifest: ``python -m benchmarks.check_images.compare``.

They lie on an object server on this machine and come over TLS. Each round runs every contestant
once in a process of its own, in changing order; ratios of CPU are taken within a round, and the
median over the rounds counts. ``--check`` looks at every kind of odd file instead, while the server
refuses some reads and breaks others off, and says where a verdict is wrong.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from benchmarks.check_images import corpus
from benchmarks.interleaved import interleaved
from benchmarks.object_store.served import served

THESE, RANGED, WHOLE = CONTESTANTS = ("these_checks", "boto3_ranged", "boto3_whole")
CONNECTIONS = 32
FEWER = {THESE: 1, RANGED: 4, WHOLE: 40}
"""A slow way looks at that part of the images: its CPU an image is the same for any number."""

UNAVAILABLE, CUT_OFF = 0.05, 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds an image on the wall and of the CPU, and what the server saw an image.

    peak: MB of memory. wrong: the verdicts that should have been others, by key.
    """

    wall: float
    cpu: float
    peak: float
    gets: float
    sent: float
    wrong: dict[str, list[str]]


def measure(
    contestant: str,
    folder: Path,
    images: int,
    which: Literal["photographs", "all"] = "photographs",
    **trouble: float,
) -> Run:
    """Run one contestant in its own process, on a server of its own."""
    truth = str(corpus.truth_of(folder))
    command = [sys.executable, "-m", "benchmarks.check_images.runner", contestant, truth]
    with served(folder, **trouble) as server:
        done = subprocess.run(
            [*command, str(images), str(CONNECTIONS), which],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **server.environment},
        )
    found = json.loads(done.stdout)
    seen = found["seen"]
    return Run(
        found["wall"] / seen,
        found["cpu"] / seen,
        found["peak"],
        server.gets / seen,
        server.sent / seen,
        found["wrong"],
    )


def check(folder: Path) -> list[str]:
    """Wrong verdicts of these checks on every odd file, without trouble and with."""
    lines = corpus.write(folder, 40)
    wrong = []
    for trouble in ({}, {"unavailable": UNAVAILABLE, "cut_off": CUT_OFF}):
        run = measure(THESE, folder, 0, "all", **trouble)
        wrong += [f"{key}: {codes}" for key, codes in run.wrong.items()]
    whole = measure(WHOLE, folder, 40)
    wrong += [f"{WHOLE}, {key}: {codes}" for key, codes in whole.wrong.items()]
    print(f"{len(lines)} files, {len(wrong)} wrong verdicts")
    return wrong


def table(rounds: list[dict[str, Run]]) -> str:
    """Medians as a Markdown table; ratios are medians of those within a round."""
    lines = [
        "| contestant | CPU an image | CPU ÷ these checks | images/s | GETs an image "
        "| KiB an image | peak memory |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name in sorted(rounds[0], key=CONTESTANTS.index):
        runs = [found[name] for found in rounds]
        cpu = statistics.median(run.cpu for run in runs) * 1e3
        ratio = statistics.median(found[name].cpu / found[THESE].cpu for found in rounds)
        speed = statistics.median(1 / run.wall for run in runs)
        sent = statistics.median(run.sent for run in runs) / 1024
        lines.append(
            f"| {name} | {cpu:.2f} ms | {ratio:.1f} | {speed:,.0f} | {runs[0].gets:.2f} "
            f"| {sent:,.1f} | {max(run.peak for run in runs):.0f} MB |"
        )
    return "\n".join(lines)


def arguments() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before each answer")
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=list(CONTESTANTS))
    parser.add_argument("--check", action="store_true")
    return parser


def compare(folder: Path, given: argparse.Namespace) -> list[str]:
    """Print how the contestants compare; return the wrong verdicts of these checks."""
    corpus.write(folder, 200)

    def run(contestant: str) -> Run:
        images = given.images // FEWER[contestant]
        return measure(contestant, folder, images, latency=given.latency)

    chosen = [name for name in CONTESTANTS if name in {THESE, *given.only}]
    rounds = interleaved(chosen, given.rounds, run)
    print(table(rounds))
    return [f"{key}: {codes}" for found in rounds for key, codes in found[THESE].wrong.items()]


def main() -> int:
    given = arguments().parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = check(Path(folder)) if given.check else compare(Path(folder), given)
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
