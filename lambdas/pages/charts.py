"""Charts as inline SVG: drawn by leather, coloured by the page's style sheet, read out by name."""

from collections.abc import Sequence
from typing import Any
from xml.etree.ElementTree import Element, tostring

import leather  # type: ignore[import-untyped]
from leather import theme
from leather.scales import Ordinal  # type: ignore[import-untyped]
from markupsafe import Markup

from lambdas.pages.scale import Exact, counts
from lambdas.pages.shapes import Cells, Curves, LabelledBars, LabelledColumns

WIDTH = 400
"""Units; about as many pixels as a phone has, so that nothing gets too small to read there."""

BAR_ROW = 34
FRAME = 62
"""Height of margins and axis around the bars."""

HEADROOM = 1.1
"""Room above the tallest column, for its number."""

_FONT = 12


def columns(name: str, bars: Sequence[tuple[str, int]], x_name: str) -> Markup:
    """Return a column a label, with its number; ``name`` is what a screen reader says."""
    chart = _chart()
    chart.add_series(leather.Series(bars), LabelledColumns())
    chart.set_x_scale(Ordinal([label for label, _ in bars]))
    chart.set_y_scale(counts(max(number for _, number in bars), headroom=HEADROOM))
    chart.add_x_axis(name=x_name)
    chart.add_y_axis(tick_formatter=_whole)
    return _svg(chart, name, 260)


def bars(
    name: str, rows: Sequence[tuple[float, str, str]], scale: Exact, mark: float | None = None
) -> Markup:
    """Return a bar a row (number, label, note), from top to bottom, and a line at ``mark``."""
    chart = _chart()
    keys = [f"{index:04}" for index in range(len(rows))]
    series = leather.Series(
        [(number, key, label, note) for key, (number, label, note) in zip(keys, rows, strict=True)]
    )
    chart.add_series(series, LabelledBars(mark))
    chart.set_x_scale(scale)
    chart.set_y_scale(Ordinal(keys[::-1]))
    chart.add_x_axis(tick_formatter=_whole)
    chart.add_y_axis(tick_formatter=_nothing)
    return _svg(chart, name, FRAME + BAR_ROW * len(rows))


def curves(
    name: str, lines: Sequence[Sequence[tuple[float, float]]], axes: tuple[str, str]
) -> Markup:
    """Lines through points in percent, each in the page's colour of its number."""
    chart = _chart()
    rows = [(x, y, number) for number, points in enumerate(lines) for x, y in points]
    chart.add_series(leather.Series(rows), Curves())
    chart.set_x_scale(Exact(0, 100, [0, 25, 50, 75, 100]))
    chart.set_y_scale(Exact(0, 100, [0, 25, 50, 75, 100]))
    chart.add_x_axis(name=axes[0], tick_formatter=_whole)
    chart.add_y_axis(name=axes[1], tick_formatter=_whole)
    return _svg(chart, name, 320)


def heat_map(
    name: str,
    cells: Sequence[tuple[int, int, int]],
    axes: tuple[tuple[str, dict[int, str]], tuple[str, dict[int, str]]],
    *,
    numbers: bool,
    limit: int = 0,
    outlines: Sequence[Sequence[tuple[float, float]]] = (),
) -> Markup:
    """Return cells (column, row from the bottom, count) over two axes.

    An axis is its name and the labels of cell borders, 0 to the number of cells. ``numbers`` writes
    counts into the cells, ``limit`` sets off the columns and rows below it, ``outlines`` are drawn
    over the cells.
    """
    chart = _chart()
    chart.add_series(leather.Series(cells), Cells(numbers=numbers, limit=limit, outlines=outlines))
    for (axis_name, labels), set_scale, add_axis in zip(
        axes,
        (chart.set_x_scale, chart.set_y_scale),
        (chart.add_x_axis, chart.add_y_axis),
        strict=True,
    ):
        set_scale(Exact(0, max(labels), list(labels)))
        add_axis(tick_formatter=lambda at, _i, _n, labels=labels: labels[at], name=axis_name)
    return _svg(chart, name, 360)


def _chart() -> Any:
    """Return a chart in the page's colours, which differ by day and night: leather's are fixed."""
    theme.background_color = "none"
    theme.margin = 0.045
    theme.default_series_colors = ["var(--series)"]
    theme.tick_color = "var(--grid)"
    theme.zero_color = "var(--axis)"
    theme.label_color = theme.axis_title_color = "var(--muted)"
    theme.tick_font_family = theme.axis_title_font_family = "inherit"
    theme.tick_font_size = theme.tick_font_char_height = _FONT
    theme.axis_title_font_size = theme.axis_title_font_char_height = _FONT
    theme.tick_font_char_width = 7
    theme.axis_title_gap = 14
    return leather.Chart()


def _svg(chart: Any, name: str, height: int) -> Markup:
    attributes = {"class": "chart", "role": "img", "aria-label": name}
    root = Element("svg", {"viewBox": f"0 0 {WIDTH} {height}", **attributes})
    root.append(chart.to_svg_group(WIDTH, height))
    return Markup(tostring(root, encoding="unicode"))  # noqa: S704 - ElementTree escapes all text


def _whole(value: float, _index: int, _total: int) -> str:
    return f"{value:,}"


def _nothing(_value: str, _index: int, _total: int) -> str:
    return ""
