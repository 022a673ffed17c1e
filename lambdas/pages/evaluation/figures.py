"""The charts of the page: precision against recall, and the sizes at which boxes are missed."""

from collections.abc import Sequence

from lambdas.evaluation.review import SMALLEST_SIDE
from lambdas.pages.charts import bars, curves
from lambdas.pages.evaluation.subject import Subject
from lambdas.pages.figure import Figure, Table
from lambdas.pages.samples import PALETTE
from lambdas.pages.scale import Exact

MOST_CURVES = PALETTE
MOST_POINTS = 100

Legend = list[tuple[str, int]]
"""Class name and number of its colour."""


def precision_recall(subject: Subject) -> tuple[Figure, Legend]:
    """Return the curves at IoU .5 of the classes with the lowest AP."""
    title = "Precision and recall"
    found = subject.summary.evaluation.per_class
    worst = sorted(found, key=lambda class_id: (found[class_id].ap, class_id))[:MOST_CURVES]
    drawn = [each for each in worst if subject.summary.precision[each]]
    if not drawn:
        return Figure(title, "No detection hits a box."), []
    lines = [_points(subject.summary.precision[each], found[each].truth) for each in drawn]
    legend = [(subject.class_name(each), colour) for colour, each in enumerate(drawn)]
    chart = curves(
        f"Precision against recall at IoU 0.5 of {len(drawn)} classes",
        lines,
        ("recall, percent", "precision, percent"),
    )
    caption = "At IoU 0.5, over all thresholds of the score"
    if len(drawn) < len(found):
        caption += f": the {len(drawn)} worst of {len(found):,} classes"
    rows: list[tuple[str | int, ...]] = [
        (name, f"{max(recall for recall, _ in points):.0f} %")
        for (name, _), points in zip(legend, lines, strict=True)
    ]
    return Figure(title, f"{caption}.", chart, Table(("Class", "Highest recall"), rows)), legend


def missed_by_size(subject: Subject) -> Figure:
    """Return the share of boxes that is missed at the best threshold, by their longest side."""
    title = "Missed by size"
    found = subject.review.missed_by_side
    if not found:
        return Figure(title, "There is no box to miss.")
    boxes, missed = (sum(each[index] for each in found.values()) for index in (0, 1))
    chart = bars(
        f"Bar chart of the share of boxes that is missed by size; of all {100 * missed // boxes} %",
        [
            (100 * lost / number, _range(side), f"{lost:,} of {number:,}")
            for side, (number, lost) in found.items()
        ],
        Exact(0, 100, [0, 25, 50, 75, 100]),
        mark=100 * missed / boxes,
    )
    caption = (
        "Share of boxes that is missed or taken for another class, in percent, by their longest "
        f"side in pixels. The mark is at that of all boxes: {missed:,} of {boxes:,}."
    )
    rows: list[tuple[str | int, ...]] = [
        (_range(side), number, lost) for side, (number, lost) in found.items()
    ]
    return Figure(title, caption, chart, Table(("Longest side", "Boxes", "Missed"), rows))


def _range(side: int) -> str:
    first = 0 if side == SMALLEST_SIDE else side // 2
    return f"{first:,} to {side:,} px"


def _points(precision: Sequence[float], truth: int) -> list[tuple[float, float]]:
    """Recall and precision in percent, evenly thinned out."""
    step = max(len(precision) // MOST_POINTS, 1)
    numbers = [*range(1, len(precision), step), len(precision)]
    return [(100 * number / truth, 100 * precision[number - 1]) for number in numbers]
