"""Coverage-guided fuzzing of the manifest validator: `python tests/fuzz/fuzz_manifest.py [CORPUS]`.

Needs `pip install atheris`. Options are libFuzzer's, such as -max_total_time=600 -max_len=4096.
An input fails if the validator raises, if its counts don't add up, or if the fast path takes a
line in which the slow path finds a fault.
"""

import io
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
atheris: Any = import_module("atheris")  # not among the requirements

with atheris.instrument_imports(include=["lambdas.manifest"]):
    from lambdas.manifest.line.fast_path import FastPath
    from lambdas.manifest.line.slow_path import SlowPath
    from lambdas.manifest.policy import Policy
    from lambdas.manifest.validate import Sinks, validate_manifest

SMALLEST = 2 / 300
LINE = {
    "source-ref": "s3://images/1.jpg",
    "bb": {
        "image_size": [{"width": 500, "height": 400, "depth": 3}],
        "annotations": [{"class_id": 0, "left": 111, "top": 13.5, "width": 61, "height": 128}],
    },
    "bb-metadata": {
        "objects": [{"confidence": 0.8}],
        "class-map": {"0": "dog"},
        "type": "groundtruth/object-detection",
    },
}
POLICIES = (
    Policy(test_fraction=0.3),
    Policy(label_attribute="bb", empty_images="drop", image_buckets=frozenset({"images"})),
    Policy(group_pattern=r"images/(\d*)", max_invalid_fraction=1, max_unlabeled_fraction=1),
)


def learned() -> FastPath:
    fast = FastPath(SMALLEST)
    fast.learn(LINE, "bb", "s3://images/1.jpg")
    return fast


FAST, SLOW = learned(), SlowPath(frozenset(), SMALLEST)


def check(data: bytes) -> None:
    """Validate `data` under one of the policies; its first byte chooses."""
    policy, data = POLICIES[data[0] % len(POLICIES)] if data else POLICIES[0], data[1:]
    train: list[bytes] = []
    validation: list[bytes] = []
    test: list[bytes] = []
    rejected: list[bytes] = []
    sinks = Sinks(train.append, validation.append, test.append, rejected.append)
    report = validate_manifest(io.BytesIO(data), policy, sinks)
    records = report.records
    parts = (records.usable, records.failed, records.unlabeled, records.invalid)
    assert records.total == sum(parts)
    written = report.split.train + report.split.validation + report.split.test
    dropped = report.statistics.dropped_empty + report.statistics.dropped_by_verdict
    assert written == records.usable - dropped
    assert b"".join(train + validation + test).count(b"\n") == written
    json.loads(report.to_json())
    json.dumps(report.summary())
    assert all(line.isprintable() for line in report.cause().split("\n"))
    for line in data.split(b"\n")[:20]:
        if FAST.read(line) is not None:
            assert not SLOW.judge(line, "bb").faults


if __name__ == "__main__":
    atheris.Setup(sys.argv, check)
    atheris.Fuzz()
