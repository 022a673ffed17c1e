"""Runs one contestant over one manifest in a process of its own, and prints what it took."""

import json
import resource
import sys
import tempfile
import time
from dataclasses import asdict
from importlib import import_module
from pathlib import Path


def main() -> None:
    contestant, manifest = sys.argv[1:]
    module = import_module(f"benchmarks.validate_manifest.contestants.{contestant}")
    with tempfile.TemporaryDirectory() as out:
        wall, cpu = time.perf_counter(), time.process_time()
        result = module.run(Path(manifest), Path(out))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    # Linux counts in KiB. The maximum is of the whole process, imports included.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"wall": wall, "cpu": cpu, "peak": peak, "result": asdict(result)}, sys.stdout)


if __name__ == "__main__":
    main()
