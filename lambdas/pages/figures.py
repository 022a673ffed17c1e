"""The charts of the page with the tables behind them, from the figures of a report."""

from collections.abc import Iterator
from itertools import pairwise

from lambdas.manifest.report import Report, Statistics
from lambdas.pages.charts import columns, heat_map
from lambdas.pages.class_figures import balance, histogram
from lambdas.pages.figure import Figure, Table
from lambdas.pages.scale import round_step

MOST_COLUMNS = 10
ROOM = 45
"""Characters that the labels of all columns may have together."""

_PER_IMAGE, _SIZES, _POSITIONS = "Boxes per image", "Box sizes", "Where boxes lie"
_NOTHING = "No usable record has a box."


def figures(report: Report) -> list[Figure]:
    """Every chart of the page, in its order; one without data says so in words."""
    found = report.statistics
    return [
        histogram(report),
        balance(report),
        _boxes_per_image(found),
        _box_sizes(report.boxes, found),
        _positions(report.boxes, found),
    ]


def _boxes_per_image(found: Statistics) -> Figure:
    images = sum(count for _, count in found.boxes_per_image)
    if not images:
        return Figure(_PER_IMAGE, "There is no usable record.")
    grouped = list(_grouped(found.boxes_per_image))
    chart = columns(
        f"Column chart of images by their number of boxes, for {images:,} images",
        grouped,
        "boxes on an image",
    )
    rows: list[tuple[str | int, ...]] = list(found.boxes_per_image)
    caption = f"Usable images ({images:,}) by their number of boxes."
    return Figure(_PER_IMAGE, caption, chart, Table(("Boxes", "Images"), rows))


def _grouped(per_image: list[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    """A column for images without boxes, and some for ranges of equal width, 1 if they fit."""
    most = per_image[-1][0]
    width = _range_width(most)
    yield "0", sum(images for boxes, images in per_image if not boxes)
    for first in range(1, most + 1, width):
        last = first + width - 1
        label = f"{first}" if width == 1 else f"{first}–{last}"
        yield label, sum(images for boxes, images in per_image if first <= boxes <= last)


def _range_width(most: int) -> int:
    if most < MOST_COLUMNS:
        return 1
    label = 2 * len(f"{most}") + 1
    return round_step(most, max(ROOM // label - 1, 1))


def _box_sizes(boxes: int, found: Statistics) -> Figure:
    if not found.sampled_boxes:
        return Figure(_SIZES, _NOTHING)
    edges = [f"{edge:g}" for edge in found.size_edges]
    shape = found.image_shape
    cells = [
        (column, row, count)
        for row, counts in enumerate(found.box_sizes)
        for column, count in enumerate(counts)
    ]
    labels = dict(enumerate(edges))
    chart = heat_map(
        f"Heat map of box widths and heights in pixels at image_shape {shape}",
        cells,
        (("width in pixels", labels), ("height in pixels", labels)),
        numbers=True,
        limit=1,
    )
    small = sum(count for column, row, count in cells if 0 in (column, row))
    caption = (
        f"Width and height of boxes ({_basis(boxes, found)}) once their images are scaled to "
        f"{shape} × {shape} pixels (image_shape). Beyond the dashed line, in red: narrower or "
        f"lower than {edges[1]} pixels, too small to learn from; {small:,} here."
    )
    bins = [f"{low}–{high}" for low, high in pairwise(edges)]
    rows: list[tuple[str | int, ...]] = [
        (each, *counts) for each, counts in zip(bins, found.box_sizes, strict=True)
    ]
    return Figure(_SIZES, caption, chart, Table(("Height ↓ width →", *bins), rows))


def _positions(boxes: int, found: Statistics) -> Figure:
    if not found.sampled_boxes:
        return Figure(_POSITIONS, _NOTHING)
    grid = len(found.positions)
    cells = [
        (column, grid - 1 - row, count)
        for row, counts in enumerate(found.positions)
        for column, count in enumerate(counts)
    ]
    quarters = range(0, grid + 1, grid // 4)
    across = {at: f"{100 * at // grid} %" for at in quarters}
    down = {at: f"{100 - 100 * at // grid} %" for at in quarters}
    chart = heat_map(
        "Heat map of the centres of boxes over the image",
        cells,
        (("from the left edge", across), ("from the top edge", down)),
        numbers=False,
    )
    most = max(count for *_, count in cells)
    caption = (
        f"Centres of boxes ({_basis(boxes, found)}) over the image, whatever its size. The "
        f"strongest colour stands for {most:,}."
    )
    rows: list[tuple[str | int, ...]] = [
        (f"{100 * row / grid:g} %", *counts) for row, counts in enumerate(found.positions)
    ]
    head = ("Top ↓ left →", *(f"{100 * column / grid:g} %" for column in range(grid)))
    return Figure(_POSITIONS, caption, chart, Table(head, rows))


def _basis(boxes: int, found: Statistics) -> str:
    if found.sampled_boxes == boxes:
        return f"all {boxes:,}"
    return f"an even sample of {found.sampled_boxes:,} of {boxes:,}"
