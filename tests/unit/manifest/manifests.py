"""Factories of manifest lines, and a run of the validator over them."""

import io
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks, validate_manifest

ATTRIBUTE = "bb"
SETTINGS = {"mini_batch_size": "2", "epochs": "5", "lr_scheduler_step": "3"}


class Result(NamedTuple):
    report: Report
    train: bytes
    validation: bytes
    rejected: list[dict[str, Any]]
    test: bytes

    @property
    def codes(self) -> set[str]:
        return {finding.code for finding in self.report.findings}

    def lines(self) -> list[bytes]:
        """The lines of every part."""
        return [
            line
            for part in (self.train, self.validation, self.test)
            for line in part.splitlines(keepends=True)
        ]


class Raw(io.RawIOBase):
    """A stream that, like the body of an S3 object, gives a little at a time."""

    def __init__(self, data: bytes, at_once: int = 10_000) -> None:
        self._data = io.BytesIO(data)
        self._at_once = at_once

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._data.readinto(memoryview(buffer)[: self._at_once])


def any_policy(**changes: Any) -> Policy:
    return Policy(**{"hyperparameters": SETTINGS, **changes})


def any_box(**changes: Any) -> dict[str, Any]:
    return {"class_id": 0, "left": 111, "top": 134, "width": 61, "height": 128, **changes}


def any_metadata(boxes: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "objects": [{"confidence": 0.8} for _ in range(boxes)],
        "class-map": {"0": "dog"} if boxes else {},
        "type": "groundtruth/object-detection",
        "human-annotated": "yes",
        "creation-date": "2018-10-18T22:18:13.527256",
        "job-name": "labeling-job/dogs",
        **changes,
    }


def any_label(*boxes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    size = {"width": 500, "height": 400, "depth": 3}
    return {"image_size": [size], "annotations": list(boxes), **changes}


def any_record(
    number: int = 0,
    *boxes: dict[str, Any],
    attribute: str = ATTRIBUTE,
    metadata: Mapping[str, Any] | None = None,
    label: Mapping[str, Any] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """A usable record with one box unless boxes are given; None as a value removes a key."""
    drawn = boxes or (any_box(),)
    record = {
        "source-ref": f"s3://images/{number:06d}.jpg",
        attribute: _without_none(any_label(*drawn, **(label or {}))),
        f"{attribute}-metadata": _without_none(any_metadata(len(drawn), **(metadata or {}))),
    }
    return _without_none({**record, **{key.replace("__", "-"): v for key, v in changes.items()}})


def empty_record(number: int = 0) -> dict[str, Any]:
    return any_record(number) | {ATTRIBUTE: any_label(), f"{ATTRIBUTE}-metadata": any_metadata(0)}


def unlabeled_record(number: int = 0) -> dict[str, Any]:
    return {"source-ref": f"s3://images/{number:06d}.jpg"}


def failed_record(number: int = 0, reason: str = "ClientError: Annotation tasks expired.") -> Any:
    failure = {"retry-count": 1, "failure-reason": reason, "human-annotated": "true"}
    return unlabeled_record(number) | {f"{ATTRIBUTE}-metadata": failure}


def as_line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode() + b"\n"


def manifest_of(*records: object) -> bytes:
    return b"".join(map(as_line, records))


def good_lines(count: int = 40, first: int = 1_000) -> bytes:
    """Usable lines that cause no finding at all."""
    return manifest_of(*(any_record(number) for number in range(first, first + count)))


def run(
    manifest: bytes,
    policy: Policy | None = None,
    validation: bytes | None = None,
    at_once: int = 10_000,
) -> Result:
    train: list[bytes] = []
    validated: list[bytes] = []
    tested: list[bytes] = []
    rejected: list[bytes] = []
    report = validate_manifest(
        Raw(manifest, at_once),
        policy or any_policy(),
        Sinks(train.append, validated.append, tested.append, rejected.append),
        None if validation is None else Raw(validation, at_once),
    )
    left_out = [json.loads(line) for line in b"".join(rejected).splitlines()]
    return Result(report, b"".join(train), b"".join(validated), left_out, b"".join(tested))


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
