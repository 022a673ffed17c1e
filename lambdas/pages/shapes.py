"""Shapes that leather lacks: bars and columns with their numbers on them, and heat maps."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from xml.etree.ElementTree import Element, SubElement

from leather import Columns  # type: ignore[import-untyped]
from leather.shapes import Shape  # type: ignore[import-untyped]

from lambdas.pages.scale import Exact

# Shares of the height of a bar's row: its label stands above it.
_LABEL = 0.42
_BAR = (0.56, 0.86)
_MARK = 2
"""Units that a mark is wide, and longer than its bar at both ends."""

# Of the colour of a heat map's cells; text on them must stay readable.
_PALEST, _STRONGEST = 0.12, 0.75


class LabelledColumns(Columns):  # type: ignore[misc]
    """Columns with their number above them; rows of the series: label, number."""

    def to_svg(
        self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any
    ) -> Element:
        """Draw them."""
        group: Element = super().to_svg(width, height, x_scale, y_scale, series, palette)
        for datum in series.data():
            x, y = x_scale.project(datum.x, 0, width), y_scale.project(datum.y, height, 0)
            _text(group, float(x), float(y) - 4, f"{datum.y:,}", "value")
        return group


class LabelledBars(Shape):  # type: ignore[misc]
    """Bars below their label, with a note at the end; rows: number, key, label, note.

    The label has the whole width to itself, so that long names fit on a phone. ``mark`` draws a
    line across each bar at a number of the x axis.
    """

    def __init__(self, mark: float | None) -> None:
        self._mark = mark

    def validate_series(self, series: Any) -> None:
        """Anything goes."""

    def to_svg(
        self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, palette: Any
    ) -> Element:
        """Draw them."""
        group = Element("g", {"class": "series bars"})
        colour = next(palette)
        for datum in series.data():
            bottom, top = (float(edge) for edge in y_scale.project_interval(datum.y, height, 0))
            row = bottom - top
            _, _, label, note = datum.row
            _text(group, 3, top + _LABEL * row, label, "label", "start")
            _text(group, width, top + _LABEL * row, note, "value", "end")
            y, thickness = top + _BAR[0] * row, (_BAR[1] - _BAR[0]) * row
            for number, look in ((width, "track"), (x_scale.project(datum.x, 0, width), "bar")):
                rect = _rect(0, y, number, thickness)
                rect.set("class", look)
                rect.set("fill", colour)
                group.append(rect)
            if self._mark is not None:
                x = x_scale.project(self._mark, 0, width)
                mark = _rect(x - _MARK / 2, y - _MARK, _MARK, thickness + 2 * _MARK)
                mark.set("class", "mark")
                group.append(mark)
        return group


class Curves(Shape):  # type: ignore[misc]
    """Lines through points; rows of the series: x, y, number of the line and of its colour."""

    def validate_series(self, series: Any) -> None:
        """Anything goes."""

    def to_svg(
        self, width: float, height: float, x_scale: Any, y_scale: Any, series: Any, _palette: Any
    ) -> Element:
        """Draw them."""
        group = Element("g", {"class": "series curves"})
        for number, points in groupby(series.data(), key=lambda datum: datum.row[2]):
            places = " ".join(
                f"{x_scale.project(each.x, 0, width):.1f},{y_scale.project(each.y, height, 0):.1f}"
                for each in points
            )
            look = {"class": f"curve c{number}", "points": places, "fill": "none"}
            SubElement(group, "polyline", look)
        return group


class Cells(Shape):  # type: ignore[misc]
    """A heat map; rows of the series: column, row from the bottom, count.

    The fuller a cell, the stronger its colour. ``numbers`` writes the count into it. ``limit`` sets
    off the columns and rows below that index. ``outlines`` are lines over the cells, in their
    units.
    """

    def __init__(
        self, *, numbers: bool, limit: int, outlines: Sequence[Sequence[tuple[float, float]]]
    ) -> None:
        self._numbers = numbers
        self._limit = limit
        self._outlines = outlines

    def validate_series(self, series: Any) -> None:
        """Anything goes."""

    def to_svg(
        self, width: float, height: float, x_scale: Exact, y_scale: Exact, series: Any, palette: Any
    ) -> Element:
        """Draw it."""
        group = Element("g", {"class": "series cells"})
        colour = next(palette)
        rows = [datum.row for datum in series.data()]
        most = max(count for *_, count in rows)
        for column, row, count in rows:
            left, right = (x_scale.project(edge, 0, width) for edge in (column, column + 1))
            bottom, top = (y_scale.project(edge, height, 0) for edge in (row, row + 1))
            cell = _rect(left + 0.5, top + 0.5, right - left - 1, bottom - top - 1)
            cell.set("class", "cell below" if min(column, row) < self._limit else "cell")
            cell.set("fill", colour)
            cell.set("fill-opacity", f"{_STRONGEST * _strength(count, most):.3f}")
            group.append(cell)
            if count and self._numbers:
                middle = (left + right) / 2, (top + bottom) / 2 + 3.5
                _text(group, *middle, f"{count}", "count")
        if self._limit:
            x, y = x_scale.project(self._limit, 0, width), y_scale.project(self._limit, height, 0)
            border = f"M{x:.1f},0 V{y:.1f} H{width:.1f}"
            SubElement(group, "path", {"class": "limit", "d": border, "fill": "none"})
        for outline in self._outlines:
            points = [
                f"{x_scale.project(x, 0, width):.1f},{y_scale.project(y, height, 0):.1f}"
                for x, y in outline
            ]
            look = {"class": "reach", "points": " ".join(points), "fill": "none"}
            SubElement(group, "polyline", look)
        return group


def _strength(count: int, most: int) -> float:
    return _PALEST + (1 - _PALEST) * count / most if count else 0


def _rect(x: float, y: float, width: float, height: float) -> Element:
    numbers = {"x": x, "y": y, "width": width, "height": height}
    return Element("rect", {name: f"{number:.1f}" for name, number in numbers.items()})


def _text(group: Element, x: float, y: float, text: str, look: str, anchor: str = "middle") -> None:
    attributes = {"x": f"{x:.1f}", "y": f"{y:.1f}", "class": look, "text-anchor": anchor}
    SubElement(group, "text", attributes).text = text
