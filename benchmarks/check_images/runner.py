"""Runs one contestant over the lines of a bucket in a process of its own, and prints what it took.

It looks at ``photographs``, as often as it takes for so many lines, or once at all files.
"""

import json
import sys
import time
from importlib import import_module
from itertools import cycle, islice
from pathlib import Path

from benchmarks.check_images.corpus import read


def main() -> None:
    contestant, truth, count, connections, which = sys.argv[1:]
    module = import_module(f"benchmarks.check_images.contestants.{contestant}")
    known = [line for line in read(Path(truth)) if which == "all" or line.key.startswith("photo")]
    lines = list(islice(cycle(known), int(count))) if which == "photographs" else known
    wall, cpu = time.perf_counter(), time.process_time()
    wrong = {}
    seen = 0
    for number, codes in module.run(lines, int(connections)):
        seen += 1
        if codes != lines[number].codes:
            wrong[lines[number].key] = codes
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    json.dump({"wall": wall, "cpu": cpu, "peak": _peak(), "seen": seen, "wrong": wrong}, sys.stdout)


def _peak() -> int:
    """Return the most memory that this process had, in MB; getrusage's begins with its parent's."""
    status = Path("/proc/self/status").read_text().split()
    return int(status[status.index("VmHWM:") + 1]) // 1024


if __name__ == "__main__":
    main()
