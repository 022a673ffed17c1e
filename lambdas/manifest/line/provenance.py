"""Reads who made a label and what others said of it: metadata that the algorithm ignores."""

from collections.abc import Iterable
from typing import Any

import msgspec

from lambdas.manifest.format import METADATA, VERIFICATION
from lambdas.manifest.line.record import passed

_HUMAN, _ADJUSTMENT = passed("human-annotated"), passed("adjustment-status")


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
    if isinstance(about, dict):
        human, adjustment = about.get("human-annotated"), about.get("adjustment-status")
        objects = about.get("objects")
    else:
        human, adjustment = getattr(about, _HUMAN, None), getattr(about, _ADJUSTMENT, None)
        objects = getattr(about, "objects", None)
    return Provenance(
        human if isinstance(human, str) else "",
        adjustment if isinstance(adjustment, str) else "",
        _confidences(objects) if isinstance(objects, list) else (),
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


def _confidences(objects: list[Any]) -> tuple[float, ...]:
    """Return the confidence of each object, or nothing where one of them has none."""
    found: list[Any] = [
        each.get("confidence") if isinstance(each, dict) else getattr(each, "confidence", None)
        for each in objects
    ]
    return tuple(found) if all(isinstance(e, int | float) and 0 <= e <= 1 for e in found) else ()
