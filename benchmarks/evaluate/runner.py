"""Runs one contestant in a process of its own, and prints what it took, imports included."""

import json
import resource
import sys
from importlib import import_module
from pathlib import Path


def main() -> None:
    contestant, truth, results = sys.argv[1:]
    module = import_module(f"benchmarks.evaluate.contestants.{contestant}")
    figures = module.run(Path(truth), Path(results))
    used = resource.getrusage(resource.RUSAGE_SELF)
    # Linux counts memory in KiB.
    taken = {"cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}
    json.dump({**taken, "figures": figures}, sys.stdout)


if __name__ == "__main__":
    main()
