"""The charts of the page with the tables behind them, from the figures of a report."""

from collections.abc import Iterator
from itertools import pairwise

from lambdas.manifest.report import Report
from lambdas.manifest.report_statistics import Statistics
from lambdas.pages.anchor_reach import reach_outline
from lambdas.pages.charts import bars, columns, heat_map
from lambdas.pages.class_figures import balance, class_sizes, histogram
from lambdas.pages.figure import Figure, Table
from lambdas.pages.scale import counts, round_step
from lambdas.pages.visible import visible

MOST_COLUMNS = 10
ROOM = 45
"""Characters that the labels of all columns may have together."""

_RATIOS, _IMAGE_SIZES, _CONFIDENCES = "Aspect ratios", "Image sizes", "Confidence"
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
        _ratios(report.boxes, found),
        class_sizes(report),
        _image_sizes(found),
        _confidences(found),
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
    """Return a column for images without boxes, others for ranges of equal width, 1 if they fit."""
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
        outlines=reach_outline(found),
    )
    missed = sum(found.without_anchor.values())
    small = sum(count for column, row, count in cells if 0 in (column, row))
    caption = (
        f"Width and height of boxes ({_basis(boxes, found)}) once their images are scaled to "
        f"{shape} × {shape} pixels (image_shape). Beyond the dashed line, in red: narrower or "
        f"lower than {edges[1]} pixels, too small to learn from; {small:,} here. "
        f"Within the solid line, an anchor of {found.base_network} overlaps a well placed box by "
        f"{found.overlap_threshold:g} or more; {missed:,} boxes have none where they are."
    )
    bins = [f"{low}–{high}" for low, high in pairwise(edges)]
    rows: list[tuple[str | int, ...]] = [
        (each, *counts) for each, counts in zip(bins, found.box_sizes, strict=True)
    ]
    return Figure(_SIZES, caption, chart, Table(("Height ↓ width →", *bins), rows))


def _ratios(boxes: int, found: Statistics) -> Figure:
    if not found.sampled_boxes:
        return Figure(_RATIOS, _NOTHING)
    starts = [f"{edge:g}" for edge in found.ratio_edges]
    chart = columns(
        "Column chart of boxes by their width ÷ height",
        list(zip(starts, found.ratios, strict=True)),
        "width ÷ height, from",
    )
    caption = (
        f"Width ÷ height of boxes ({_basis(boxes, found)}) once their images are scaled to a "
        "square. Anchors have ratios from 1/3 to 3: boxes far from that are hardly learned."
    )
    bins = [f"{low}–{high}" for low, high in pairwise([*starts, "∞"])]
    rows: list[tuple[str | int, ...]] = list(zip(bins, found.ratios, strict=True))
    return Figure(_RATIOS, caption, chart, Table(("Width ÷ height", "Boxes"), rows))


def _image_sizes(found: Statistics) -> Figure:
    if not found.image_sizes:
        return Figure(_IMAGE_SIZES, "There is no usable record.")
    most = found.image_sizes[0][2]
    sizes = [(f"{width} × {height}", count) for width, height, count in found.image_sizes]
    chart = bars(
        "Bar chart of the most frequent image sizes",
        [(count, size, f"{count:,}") for size, count in sizes],
        counts(most),
    )
    rows: list[tuple[str | int, ...]] = list(sizes)
    caption = "The most frequent sizes in pixels, as the labels give them, of sampled lines."
    return Figure(_IMAGE_SIZES, caption, chart, Table(("Size", "Lines"), rows))


def _confidences(found: Statistics) -> Figure:
    if not sum(found.confidences):
        return Figure(_CONFIDENCES, "The metadata gives no confidence from 0 to 1.")
    starts = [f"{step / 10:g}" for step in range(10)]
    chart = columns(
        "Column chart of boxes by the confidence in their label",
        list(zip(starts, found.confidences, strict=True)),
        "confidence, from",
    )
    people, machine = found.label_sources.get("yes", 0), found.label_sources.get("no", 0)
    caption = (
        "Confidence of sampled boxes, as Ground Truth gives it: 0 where one person labeled. "
        f"Of the sampled lines {people:,} were labeled by people, {machine:,} automatically."
    )
    rows: list[tuple[str | int, ...]] = list(zip(starts, found.confidences, strict=True))
    for named, counted in (("adjustment", found.adjustments), ("verdict", found.verdicts)):
        rows += [(f"{named}: {visible(word, 60)}", count) for word, count in counted.items()]
    return Figure(_CONFIDENCES, caption, chart, Table(("From", "Boxes"), rows))


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
