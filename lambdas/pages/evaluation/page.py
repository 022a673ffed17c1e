"""Makes evaluation.html: one file that needs no network, runs no script and escapes all text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment

from lambdas.evaluation.document import ClassFigures, Evaluation, errors_by_class
from lambdas.evaluation.interval import Range
from lambdas.pages.evaluation.cases import shown_groups
from lambdas.pages.evaluation.confusion_table import confusion_table
from lambdas.pages.evaluation.figures import missed_by_size, precision_recall
from lambdas.pages.evaluation.subject import Subject
from lambdas.pages.page import NO_PICTURES
from lambdas.pages.samples import Picture
from lambdas.pages.templating import REPORT_TEMPLATES, page_templates

_TEMPLATES = Path(__file__).parent / "templates"

MOST_CLASSES = 200


@dataclass(frozen=True, slots=True)
class Tile:
    """A headline figure with its interval, and that of the incumbent."""

    name: str
    value: float | None
    between: Range | None = None
    before: float | None = None


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of the table. missed and false: at the threshold that is best for all classes."""

    name: str
    figures: ClassFigures
    missed: int
    false: int
    before: ClassFigures | None


def evaluation_page(subject: Subject, pictures: Mapping[str, Picture] = NO_PICTURES) -> str:
    """Return the page of an evaluation as one HTML document.

    Args:
        subject: what was measured.
        pictures: images by name, made small; only those of the review are used.

    Returns:
        HTML. All text from labels and predictions is escaped, and characters in it that would not
        show are spelled out.
    """
    style = [
        path.read_text(encoding="utf-8")
        for path in (REPORT_TEMPLATES / "report.css", _TEMPLATES / "page.css")
    ]
    curves, legend = precision_recall(subject)
    rows = _class_rows(subject)
    return (
        _environment()
        .get_template("evaluation.html.jinja")
        .render(
            subject=subject,
            evaluation=subject.summary.evaluation,
            boxes=sum(row.figures.truth for row in rows),
            tiles=_tiles(subject.summary.evaluation, subject.incumbent),
            rows=rows[:MOST_CLASSES],
            more_rows=max(len(rows) - MOST_CLASSES, 0),
            curves=curves,
            legend=legend,
            sizes=missed_by_size(subject),
            confusion=confusion_table(subject),
            groups=shown_groups(subject, pictures),
            style="\n".join(style),
        )
    )


def _tiles(found: Evaluation, incumbent: Evaluation | None) -> list[Tile]:
    ranges = {"AP": found.interval.ap, "AP50": found.interval.ap50}
    before = _headline(incumbent) if incumbent else {}
    return [
        Tile(name, value, ranges.get(name), before.get(name))
        for name, value in _headline(found).items()
    ]


def _headline(found: Evaluation) -> dict[str, float | None]:
    return {
        "AP": found.coco.ap,
        "AP50": found.coco.ap50,
        "AP75": found.coco.ap75,
        "Best threshold": found.best_f1.threshold,
        "Precision there": found.best_f1.precision,
        "Recall there": found.best_f1.recall,
    }


def _class_rows(subject: Subject) -> list[ClassRow]:
    found = subject.summary.evaluation
    missed, false = errors_by_class(found.confusion)
    before = subject.incumbent.per_class if subject.incumbent else {}
    return [
        ClassRow(
            subject.class_name(class_id),
            each,
            missed[class_id],
            false[class_id],
            before.get(class_id),
        )
        for class_id, each in sorted(
            found.per_class.items(), key=lambda item: (item[1].ap, item[0])
        )
    ]


@cache
def _environment() -> Environment:
    environment = page_templates(_TEMPLATES)
    environment.filters["share"] = _share
    environment.filters["change"] = _change
    return environment


def _share(value: float | None) -> str:
    """Return a figure with three digits, or a dash where there is nothing to measure."""
    return "–" if value is None or value < 0 else f"{value:.3f}"


def _change(now: float | None, before: float | None) -> str:
    if now is None or before is None or min(now, before) < 0:
        return "–"
    return f"{now - before:+.3f}".replace("-", "−")
