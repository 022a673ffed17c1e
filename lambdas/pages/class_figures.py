"""The charts of the classes: how often each is there, and how it is spread over the channels."""

import math
import unicodedata
from dataclasses import dataclass

from lambdas.manifest.report import Report
from lambdas.manifest.report_statistics import ChannelBoxes
from lambdas.pages.charts import bars
from lambdas.pages.figure import Figure, Table
from lambdas.pages.scale import Exact, counts
from lambdas.pages.visible import visible

MOST_BARS = 20
MOST_ROWS = 200
LONGEST_LABEL = 34
"""Characters of a class name that fit above a bar, next to its number; wide ones count twice."""


@dataclass(frozen=True, slots=True)
class _Class:
    class_id: str
    name: str
    boxes: int
    images: int
    train: int
    validation: int

    @property
    def label(self) -> str:
        return _fitting(visible(self.name))

    @property
    def placed(self) -> int:
        return self.train + self.validation


def histogram(report: Report) -> Figure:
    """Boxes of each class, the most frequent first."""
    title = "Classes"
    found = _classes(report)
    if not any(each.boxes for each in found):
        return Figure(title, "No usable record has a box.")
    shown = found[:MOST_BARS]
    chart = bars(
        f"Bar chart of boxes per class; most: {shown[0].label}, {shown[0].boxes:,}",
        [(each.boxes, each.label, f"{each.boxes:,}") for each in shown],
        counts(shown[0].boxes),
    )
    return Figure(title, f"Boxes of each class{_which(found)}.", chart, _table(found))


def class_sizes(report: Report) -> Figure:
    """Return the median size of each class's boxes, the smallest first."""
    title = "Box size by class"
    sizes = report.statistics.class_sizes
    found = [(size, visible(report.classes[key].name, 200)) for key, size in sizes.items()]
    if not found:
        return Figure(title, "No usable record has a box.")
    found.sort()
    chart = bars(
        "Bar chart of the median box size of each class",
        [(size, _fitting(name), f"{size:g} px") for size, name in found[:MOST_BARS]],
        counts(math.ceil(max(size for size, _ in found[:MOST_BARS]))),
    )
    more = f", the {MOST_BARS} smallest of {len(found):,}" if len(found) > MOST_BARS else ""
    caption = f"Median square root of the area, in pixels at image_shape{more}, of sampled boxes."
    rows: list[tuple[str | int, ...]] = [(name, f"{size:g}") for size, name in found[:MOST_ROWS]]
    return Figure(title, caption, chart, Table(("Class", "Pixels"), rows))


def balance(report: Report) -> Figure:
    """Return the share of each class's boxes that lies in validation, beside that of all boxes."""
    title = "Balance of train and validation"
    found = [each for each in _classes(report) if each.placed]
    total, validation = sum(c.placed for c in found), sum(c.validation for c in found)
    if not total:
        return Figure(title, "No box lies in a channel.")
    overall = 100 * validation / total
    chart = bars(
        f"Bar chart of each class's share of boxes in validation; of all boxes {overall:.0f} %",
        [(_share(each), each.label, _of(each)) for each in found[:MOST_BARS]],
        Exact(0, 100, [0, 25, 50, 75, 100]),
        mark=overall,
    )
    caption = (
        f"Share of each class's boxes that lies in validation, in percent{_which(found)}. "
        f"The mark is at {overall:.1f} %, the share of all boxes: {validation:,} of {total:,}."
    )
    rows: list[tuple[str | int, ...]] = [
        (each.name, each.train, each.validation, f"{_share(each):.1f} %")
        for each in found[:MOST_ROWS]
    ]
    head = ("Class", "Train", "Validation", "Share")
    return Figure(title, caption, chart, Table(head, rows, _rest(found)))


def _classes(report: Report) -> list[_Class]:
    nowhere = ChannelBoxes(0, 0)
    found = []
    for class_id, counted in report.classes.items():
        channels = report.statistics.classes.get(class_id, nowhere)
        numbers = counted.boxes, counted.images, channels.train, channels.validation
        found.append(_Class(class_id, counted.name, *numbers))
    return sorted(found, key=lambda each: (-each.boxes, int(each.class_id)))


def _table(found: list[_Class]) -> Table:
    rows: list[tuple[str | int, ...]] = [
        (each.name, each.class_id, each.boxes, each.images) for each in found[:MOST_ROWS]
    ]
    return Table(("Class", "Id", "Boxes", "Images"), rows, _rest(found))


def _rest(found: list[_Class]) -> str:
    more = len(found) - MOST_ROWS
    return f"{more:,} more classes are in report.json." if more > 0 else ""


def _which(found: list[_Class]) -> str:
    if len(found) <= MOST_BARS:
        return ""
    return f", for the {MOST_BARS} most frequent of {len(found):,}; the table has more"


def _share(each: _Class) -> float:
    return 100 * each.validation / each.placed


def _of(each: _Class) -> str:
    return f"{each.validation:,} of {each.placed:,}"


def _fitting(name: str) -> str:
    width = 0
    for index, character in enumerate(name):
        width += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if width > LONGEST_LABEL:
            return f"{name[:index]}…"
    return name
