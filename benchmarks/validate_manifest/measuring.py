"""One run of a contestant in a process of its own, and whether several found the same."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds on the wall, of the CPU, peak memory in MB, and what was counted.

    server: CPU seconds of the object server, where there is one.
    """

    wall: float
    cpu: float
    peak: float
    result: dict[str, int]
    server: float = 0.0


def measure(contestant: str, manifest: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run one contestant in its own process."""
    command = [sys.executable, "-m", "benchmarks.validate_manifest.runner", contestant]
    done = subprocess.run(
        [*command, str(manifest)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    found = json.loads(done.stdout)
    return Run(found["wall"], found["cpu"], found["peak"] / 1024, found["result"])


def disagreements(runs: Mapping[str, Run]) -> list[str]:
    """What two contestants that looked at it count differently."""
    wrong = []
    for count in ("lines", "usable", "boxes", "classes"):
        found = {name: run.result[count] for name, run in runs.items() if run.result[count] >= 0}
        if len(set(found.values())) > 1:
            wrong.append(f"{count}: {found}")
    return wrong
