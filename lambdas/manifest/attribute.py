"""Finds the label attribute to train on while the manifest streams by, without reading it twice."""

import tempfile
from collections.abc import Iterator
from itertools import chain
from typing import IO, NamedTuple

import msgspec

from lambdas.manifest.findings import Fault, fault
from lambdas.manifest.lines import batches
from lambdas.manifest.records import OBJECT_DETECTION
from lambdas.manifest.strict_json import BOM
from lambdas.manifest.text import listing, quote

METADATA = "-metadata"
HEAD = 1 << 20  # bytes looked at, at least, before one of several labels is chosen
# Ground Truth takes 100,000 images a job: 64 MiB hold that many lines without a label.
# https://docs.aws.amazon.com/sagemaker/latest/dg/input-data-limits.html
PATIENCE = 64 << 20
MOST_NAMES = 64


class Label(NamedTuple):
    """A label attribute seen in the manifest: where first, its task, whether it adjusts another."""

    line: int
    type: str | None
    adjusted: bool


class _Metadata(msgspec.Struct):
    type: object = None
    adjustment_status: object = msgspec.field(default=None, name="adjustment-status")


class LabelAttributes:
    """The label attributes seen so far, and the one that is trained on."""

    def __init__(self, configured: str | None) -> None:
        self.configured = configured
        self.chosen = configured
        self.seen: dict[str, Label] = {}
        self._decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self._metadata = msgspec.json.Decoder(_Metadata).decode

    def observe(self, raw: bytes, line: int) -> None:
        """Note the label attributes of one line; a line that can't be read has none."""
        try:
            keys = self._decode(raw.removeprefix(BOM))
            for key in keys:
                name = key.removesuffix(METADATA)
                if name != key and name in keys and name not in self.seen:
                    self._note(name, keys[key], line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return

    def _note(self, name: str, raw: msgspec.Raw, line: int) -> None:
        found = self._metadata(raw)
        if isinstance(found.type, str) and len(self.seen) < MOST_NAMES:
            self.seen[name] = Label(line, found.type, found.adjustment_status is not None)

    def boxes(self) -> list[str]:
        """The attributes that hold bounding boxes, in the order they were seen."""
        return [name for name, label in self.seen.items() if label.type == OBJECT_DETECTION]

    def preferred(self) -> str | None:
        """The only bounding-box attribute, or the adjusted one of a chained job, or None."""
        names = self.boxes()
        if len(names) > 1:
            names = [name for name in names if self.seen[name].adjusted]
        return names[0] if len(names) == 1 else None

    def choose(self) -> bool:
        """Settle on an attribute if one can be preferred; whether there is one now."""
        self.chosen = self.chosen or self.preferred()
        return self.chosen is not None

    def judge(self, found: bool) -> Fault | None:
        """What is wrong with the choice, after the last line; `found`: a line has the label."""
        if self.configured is not None:
            return None if found else self._absent(self.configured)
        names, best = self.boxes(), self.preferred()
        if not names:
            return fault("label-attribute-not-found", found=self._listing())
        if self.chosen is None or names == [self.chosen]:
            return None  # without a choice, each line with several labels was found fault with
        if best is None:
            return fault("label-attribute-ambiguous", found=listing(names))
        if best != self.chosen:
            return self._late(best)
        others = listing(name for name in names if name != self.chosen)
        return fault("label-attribute-adjusted", chosen=quote(self.chosen), others=others)

    def _absent(self, configured: str) -> Fault:
        found = self._listing()
        return fault("label-attribute-absent", attribute=quote(configured), found=found)

    def _late(self, name: str) -> Fault:
        return fault(
            "label-attribute-late",
            late=quote(name),
            chosen=quote(self.chosen),
            line_number=self.seen[name].line,
        )

    def _listing(self) -> str:
        names = [f"{quote(name)} ({quote(label.type)})" for name, label in self.seen.items()]
        return ", ".join(names[:10]) or "no label at all"


def settled(
    lines: Iterator[list[bytes]], attributes: LabelAttributes, hold: IO[bytes]
) -> Iterator[list[bytes]]:
    """The same batches, after as many of them were read as the choice of a label needs.

    What was read meanwhile is held in `hold` (a spooled temporary file) and comes again.
    Without any bounding-box label in the first PATIENCE bytes, only these come.
    """
    held = line = 0
    for batch in lines:
        for raw in batch:
            line += 1
            attributes.observe(raw, line)
        if batch:
            held += hold.write(b"\n".join(batch) + b"\n")
        if held >= HEAD and (attributes.boxes() or held >= PATIENCE):
            break
    chosen = attributes.choose()
    hold.seek(0)
    return chain(batches(hold), lines if chosen else ())  # type: ignore[arg-type]


def spool() -> IO[bytes]:
    """A temporary file for `settled` that stays in memory as long as it is small."""
    return tempfile.SpooledTemporaryFile(max_size=2 * HEAD)
