"""The slow path: looks closely at one line, finds every rule it breaks, and what can be used."""

from dataclasses import dataclass
from typing import Any, Literal

from lambdas.manifest.format import METADATA
from lambdas.manifest.line.image import image_faults, is_unicode
from lambdas.manifest.line.label import read_labelled
from lambdas.manifest.line.record import Record
from lambdas.manifest.line.strict_json import parse, without_mark
from lambdas.manifest.line.unlabeled import judge_unlabeled
from lambdas.manifest.rules.rule import Fault

Fate = Literal["usable", "failed", "unlabeled", "invalid"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a line.

    Attributes:
        raw: its bytes as they are to be written, without a byte order mark.
        record: if it is usable.
        drawn: the record of a label with faults, as far as it can be drawn.
        document: the line as parsed, if it has the label.
        label_found: it has that or its metadata.
    """

    fate: Fate
    faults: list[Fault]
    raw: bytes
    record: Record | None = None
    drawn: Record | None = None
    document: dict[str, Any] | None = None
    label_found: bool = False


class SlowPath:
    """Judges lines by every rule.

    Attributes:
        image_buckets: those that images may lie in; empty accepts any.
        smallest: share of an image's side below which a box vanishes at image_shape.
    """

    def __init__(self, image_buckets: frozenset[str], smallest: float) -> None:
        self._image_buckets = image_buckets
        self._smallest = smallest

    def judge(self, raw: bytes, attribute: str | None) -> Judgement:
        """Return all that is wrong with one line.

        Args:
            raw: the line without its line feed.
            attribute: the label that is trained on; None when none could be chosen.
        """
        raw, faults = without_mark(raw)
        document, found = parse(raw)
        faults += found
        if document is None:
            return Judgement("invalid", faults, raw)
        if attribute is None or attribute not in document:
            why_not, why = judge_unlabeled(document, attribute)
            faults.append(why)
            has_metadata = f"{attribute}{METADATA}" in document
            return Judgement(_worse(why_not, faults), faults, raw, label_found=has_metadata)
        faults += image_faults(document, self._image_buckets)
        record, found = read_labelled(document, attribute, self._smallest)
        faults += found
        fate = _worse("usable", faults)
        usable = record if fate == "usable" else None
        drawn = record if faults and record and is_unicode(record.source_ref) else None
        return Judgement(fate, faults, raw, usable, drawn, document, label_found=True)


def _worse(fate: Fate, faults: list[Fault]) -> Fate:
    return "invalid" if any(found.costs_the_line for found in faults) else fate
