"""How ``gt-train evaluate`` shows figures to people: all classes, then each, the worst first."""

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from lambdas.evaluation.best_f1 import BestF1
from lambdas.evaluation.document import Confusion, Evaluation, errors_by_class
from lambdas.evaluation.interval import Range
from lambdas.pages.visible import visible

MOST_CLASSES = 50
MOST_CONFUSIONS = 5
LONGEST_NAME = 40


def shown_evaluation(found: Evaluation, names: Mapping[int, str]) -> Iterator[RenderableType]:
    """Return the parts of an evaluation, from top to bottom."""
    yield _figures(found, names)
    if found.per_class:
        yield ""
        yield _classes(found, names)
    more = len(found.per_class) - MOST_CLASSES
    if more > 0:
        yield Text(f"and {more:,} classes that are better", "dim")


def figure(value: float | None) -> str:
    """Return a share with three digits; a dash where there is nothing to measure."""
    return "–" if value is None or value < 0 else f"{value:.3f}"


def _figures(found: Evaluation, names: Mapping[int, str]) -> Group:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(found, names):
        table.add_row(name, Text(value))
    return Group(table)


def _rows(found: Evaluation, names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    coco, voc = found.coco, found.voc
    yield "measured on", f"{len(found.images):,} images, {_boxes(found):,} boxes"
    yield "AP", f"{figure(coco.ap)}{_between(found.interval.ap)}"
    yield "AP50", f"{figure(coco.ap50)}{_between(found.interval.ap50)}"
    yield "AP75", figure(coco.ap75)
    yield (
        "AP by size",
        f"small {figure(coco.ap_small)}  medium {figure(coco.ap_medium)}  "
        f"large {figure(coco.ap_large)}",
    )
    yield (
        "AR",
        f"1 {figure(coco.ar_1)}  10 {figure(coco.ar_10)}  100 {figure(coco.ar_100)}",
    )
    yield (
        "AR by size",
        f"small {figure(coco.ar_small)}  medium {figure(coco.ar_medium)}  "
        f"large {figure(coco.ar_large)}",
    )
    yield (
        f"VOC AP, IoU {voc.iou:g}",
        f"{figure(voc.ap_area)} under the curve  {figure(voc.ap_11)} at 11 recalls",
    )
    yield "best threshold", _threshold(found.best_f1)
    mixed = _confusions(found.confusion, names)
    if mixed:
        yield "confused", mixed


def _boxes(found: Evaluation) -> int:
    return sum(each.truth for each in found.per_class.values())


def _between(found: Range | None) -> str:
    return "" if found is None else f"  ({found[0]:.3f} to {found[1]:.3f}, 95 %)"


def _threshold(best: BestF1) -> str:
    if best.threshold is None:
        return "none: there is no hit"
    return (
        f"score ≥ {best.threshold:.4g}: F1 {figure(best.f1)}, precision {figure(best.precision)}, "
        f"recall {figure(best.recall)}"
    )


def _confusions(found: Confusion, names: Mapping[int, str]) -> str:
    mixed = [
        (number, truth, predicted)
        for truth, predicted, number in found.counts
        if truth is not None and predicted is not None and truth != predicted
    ]
    mixed.sort(key=lambda each: -each[0])
    return ", ".join(
        f"{_name(names, truth)} as {_name(names, predicted)} {number:,}"
        for number, truth, predicted in mixed[:MOST_CONFUSIONS]
    )


def _classes(found: Evaluation, names: Mapping[int, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("class", overflow="fold")
    for head in ("boxes", "AP", "AP50", "threshold", "precision", "recall", "missed", "false"):
        table.add_column(head, justify="right", no_wrap=True)
    missed, false = errors_by_class(found.confusion)
    worst = sorted(found.per_class.items(), key=lambda each: (each[1].ap, each[0]))
    for class_id, each in worst[:MOST_CLASSES]:
        best = each.best_f1
        table.add_row(
            _name(names, class_id),
            f"{each.truth:,}",
            *(figure(value) for value in (each.ap, each.ap50, best.threshold)),
            *(figure(value) for value in (best.precision, best.recall)),
            f"{missed[class_id]:,}",
            f"{false[class_id]:,}",
        )
    return table


def _name(names: Mapping[int, str], class_id: int) -> str:
    return visible(names.get(class_id, str(class_id)), LONGEST_NAME)
