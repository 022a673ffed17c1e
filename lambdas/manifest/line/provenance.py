"""Reads who made a label and what others said of it: metadata that the algorithm ignores."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from lambdas.manifest.format import METADATA, VERIFICATION
from lambdas.manifest.line.record import passed

_FIELDS = {
    "human-annotated": passed("human-annotated"),
    "adjustment-status": passed("adjustment-status"),
    "objects": "objects",
}


class Provenance(msgspec.Struct, frozen=True):
    """What a label's metadata says besides names; an empty text or tuple where it says nothing.

    Attributes:
        human: "yes" for a person, "no" for automatic labeling.
        adjustment: "adjusted" or "unadjusted", in a job that adjusts labels.
        confidences: from 0 to 1, of each box in order.
    """

    human: str = ""
    adjustment: str = ""
    confidences: tuple[float, ...] = ()


def provenance(about: Any) -> Provenance:
    """Return what can be read of a label's metadata, as either path decoded it."""
    human, adjustment, objects = (
        about.get(key) if isinstance(about, dict) else getattr(about, field, None)
        for key, field in _FIELDS.items()
    )
    found: Sequence[Any] = objects if isinstance(objects, list) else ()
    confidences = tuple(map(_confidence, found))
    return Provenance(
        human if isinstance(human, str) else "",
        adjustment if isinstance(adjustment, str) else "",
        confidences if all(0 <= each <= 1 for each in confidences) else (),
    )


def verdicts(documents: Iterable[object]) -> tuple[str, ...]:
    """Return the verdicts that metadata of label verification jobs among these give."""
    return tuple(
        name
        for found in documents
        if isinstance(found, dict) and found.get("type") == VERIFICATION
        if isinstance(name := found.get("class-name"), str)
    )


def verdicts_of_line(document: dict[str, Any]) -> tuple[str, ...]:
    """Return all verdicts on the labels of a line."""
    return verdicts(value for key, value in document.items() if key.endswith(METADATA))


def _confidence(about: Any) -> float:
    value = about.get("confidence") if isinstance(about, dict) else getattr(about, "confidence", -1)
    return value if isinstance(value, int | float) else -1
