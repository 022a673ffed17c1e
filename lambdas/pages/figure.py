"""What a chart of the page consists of, for those who see it and those who don't."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers behind a chart; the first cell of each row is its heading."""

    head: tuple[str, ...]
    rows: list[tuple[str | int, ...]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart as SVG with title, caption and table; without data, the caption says why."""

    title: str
    caption: str
    chart: Markup | None = None
    table: Table | None = None
