"""Chooses the label attribute to train on from those that the lines have shown so far."""

from typing import NamedTuple

import msgspec

from lambdas.manifest.format import BOM, BOX_TYPES, METADATA, holds_boxes
from lambdas.manifest.rules.rule import AUGMENTED_MANIFEST, BOX_OUTPUT, CHAINING, Fault, Rule
from lambdas.manifest.rules.text import listing, quote
from lambdas.manifest.stream.attribute_name import name_fault

LABEL_ATTRIBUTE_NOT_FOUND = Rule(
    code="label-attribute-not-found",
    severity="error",
    title="No bounding-box label anywhere",
    template="{lines} has a bounding-box label; found: {found}",
    fix="Train on the output.manifest of a bounding-box labeling job. A label "
    "counts when it holds image_size and annotations, or <name>-metadata has the type "
    "groundtruth/object-detection. One that comes later than 64 MiB is found if label_attribute "
    "names it.",
    source=BOX_OUTPUT,
    scope="manifest",
)

LABEL_ATTRIBUTE_ABSENT = Rule(
    code="label-attribute-absent",
    severity="error",
    title="The configured label is not in the manifest",
    template="no line has the label attribute {attribute}; found: {found}",
    fix="Set label_attribute to one of those found, or remove the setting.",
    source=AUGMENTED_MANIFEST,
    scope="manifest",
)

LABEL_ATTRIBUTE_AMBIGUOUS = Rule(
    code="label-attribute-ambiguous",
    severity="error",
    title="Several labels to choose from",
    template="several bounding-box labels, none of them chosen: {found}",
    fix="Set label_attribute to the one to train on.",
    source=CHAINING,
    scope="manifest",
)

LABEL_ATTRIBUTE_LATE = Rule(
    code="label-attribute-late",
    severity="error",
    title="A better label appears late in the manifest",
    template="{late} first appears on line {line_number}, after {chosen} had been chosen",
    fix="Set label_attribute to the one to train on.",
    source=CHAINING,
    scope="manifest",
)

LABEL_ATTRIBUTE_ADJUSTED = Rule(
    code="label-attribute-adjusted",
    severity="warning",
    title="The adjusted label was chosen",
    template="trained on {chosen}, the adjusted label; left aside: {others}",
    fix="Set label_attribute if another one is wanted.",
    source=CHAINING,
    scope="manifest",
)

RULES = (
    LABEL_ATTRIBUTE_NOT_FOUND,
    LABEL_ATTRIBUTE_ABSENT,
    LABEL_ATTRIBUTE_AMBIGUOUS,
    LABEL_ATTRIBUTE_LATE,
    LABEL_ATTRIBUTE_ADJUSTED,
)


MOST_NAMES = 64
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)


class Label(NamedTuple):
    """A label attribute seen in the manifest.

    Attributes:
        line: where it was seen first.
        type: the task that its metadata names, if any.
        boxes: whether it holds bounding boxes.
        adjusted: whether it adjusts another label.
    """

    line: int
    type: str | None
    boxes: bool
    adjusted: bool


class _Metadata(msgspec.Struct):
    type: object = None
    adjustment_status: object = msgspec.field(default=None, name="adjustment-status")


class LabelAttributes:
    """The label attributes seen so far, and the one that is trained on.

    Attributes:
        given_up_after: the bytes after which reading ended, because no label had come.
    """

    def __init__(self, configured: str | None) -> None:
        self.configured = configured
        self.chosen = configured
        self.given_up_after: int | None = None
        self.seen: dict[str, Label] = {}
        self._decode = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self._metadata = msgspec.json.Decoder(_Metadata).decode

    def observe(self, raw: bytes, line: int) -> None:
        """Note the label attributes of one line; a line that can't be read has none."""
        try:
            values = self._decode(raw.removeprefix(BOM))
        except _UNREADABLE:
            return
        for name in values:
            if name not in self.seen and not name.endswith(METADATA):
                self._note(name, values, line)

    def _note(self, name: str, values: dict[str, msgspec.Raw], line: int) -> None:
        about = _Metadata()
        try:
            if name + METADATA in values:
                about = self._metadata(values[name + METADATA])
            label = bytes(values[name])
            keys = self._decode(label) if label.startswith(b"{") else {}
        except _UNREADABLE:
            return
        task = about.type if isinstance(about.type, str) else None
        boxes = holds_boxes(keys, task)
        if (boxes or task) and len(self.seen) < MOST_NAMES:
            self.seen[name] = Label(line, task, boxes, about.adjustment_status is not None)

    def boxes(self) -> list[str]:
        """Return the attributes that hold bounding boxes, in the order they were seen.

        Those that are known by their shape alone count only where none has a type.
        """
        names = [name for name, label in self.seen.items() if label.boxes]
        return [name for name in names if self.seen[name].type in BOX_TYPES] or names

    def preferred(self) -> str | None:
        """Return the only bounding-box attribute, or the adjusted one of a chained job, or None."""
        names = self.boxes()
        if len(names) > 1:
            names = [name for name in names if self.seen[name].adjusted]
        return names[0] if len(names) == 1 else None

    def choose(self) -> bool:
        """Settle on an attribute if one can be preferred; return whether there is one now."""
        self.chosen = self.chosen or self.preferred()
        return self.chosen is not None

    def judge(self, found: bool) -> Fault | None:
        """Say after the last line what is wrong with the choice.

        Args:
            found: whether any line has the label that was chosen, or its metadata.
        """
        unusable = None if self.chosen is None else name_fault(self.chosen)
        return unusable or self._judge_choice(found)

    def _judge_choice(self, found: bool) -> Fault | None:
        if self.configured is not None:
            return None if found else self._absent(self.configured)
        names, best = self.boxes(), self.preferred()
        if not names:
            where = "no line" if self.given_up_after is None else _none_of(self.given_up_after)
            return LABEL_ATTRIBUTE_NOT_FOUND.fault(lines=where, found=self._listing())
        if self.chosen is None or names == [self.chosen]:
            return None  # without a choice, each line with several labels was found fault with
        if best is None:
            return LABEL_ATTRIBUTE_AMBIGUOUS.fault(found=listing(names))
        if best != self.chosen:
            return self._late(best)
        others = listing(name for name in names if name != self.chosen)
        return LABEL_ATTRIBUTE_ADJUSTED.fault(chosen=quote(self.chosen), others=others)

    def _absent(self, configured: str) -> Fault:
        return LABEL_ATTRIBUTE_ABSENT.fault(attribute=quote(configured), found=self._listing())

    def _late(self, name: str) -> Fault:
        line = self.seen[name].line
        chosen = quote(self.chosen)
        return LABEL_ATTRIBUTE_LATE.fault(late=quote(name), chosen=chosen, line_number=line)

    def _listing(self) -> str:
        names = [
            f"{quote(name)} ({'no type' if label.type is None else quote(label.type)})"
            for name, label in self.seen.items()
        ]
        return ", ".join(names[:10]) or "no label at all"


def _none_of(given_up_after: int) -> str:
    return f"none of the lines in the first {given_up_after >> 20} MiB, after which reading ended,"
