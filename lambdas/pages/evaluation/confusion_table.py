"""The confusion matrix of the page, as a table: the truth in rows, what was found in columns."""

from collections import Counter
from dataclasses import dataclass

from lambdas.pages.evaluation.subject import Subject

MOST_CLASSES = 12
SHADES = 9
"""Strengths of colour that a cell may have besides none; the style sheet has them."""

NOTHING, BACKGROUND = "missed", "nothing there"


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, the strength of its colour, and whether it lies on the diagonal."""

    count: int
    shade: int
    right: bool


@dataclass(frozen=True, slots=True)
class ConfusionTable:
    """head: of the columns. rows: each with its heading. more: classes that it has no room for."""

    head: list[str]
    rows: list[tuple[str, list[Cell]]]
    more: int


def confusion_table(subject: Subject) -> ConfusionTable:
    """Return the classes with the most errors, and the background; shades go by shares of a row."""
    counts = {
        (truth, predicted): number
        for truth, predicted, number in subject.summary.evaluation.confusion.counts
    }
    errors: Counter[int] = Counter()
    for (truth, predicted), number in counts.items():
        for class_id in {truth, predicted} - {None}:
            errors[class_id] += number * (truth != predicted)  # type: ignore[index]
    shown = sorted(class_id for class_id, _ in errors.most_common(MOST_CLASSES))
    ids: list[int | None] = [*shown, None]
    rows = []
    for truth in ids:
        numbers = [counts.get((truth, predicted), 0) for predicted in ids]
        total = max(sum(numbers), 1)
        cells = [
            Cell(number, -(-SHADES * number // total), truth == predicted)
            for number, predicted in zip(numbers, ids, strict=True)
        ]
        rows.append((_named(subject, truth, BACKGROUND), cells))
    head = [_named(subject, predicted, NOTHING) for predicted in ids]
    return ConfusionTable(head, rows, len(errors) - len(shown))


def _named(subject: Subject, class_id: int | None, background: str) -> str:
    return background if class_id is None else subject.class_name(class_id)
