"""What an evaluation found, as the JSON document that the command prints and the pipeline keeps."""

from collections import Counter

import msgspec

from lambdas.evaluation.best_f1 import BestF1
from lambdas.evaluation.interval import Interval


class Coco(msgspec.Struct, frozen=True):
    """The twelve figures of pycocotools' summary, -1 where there is nothing to measure."""

    ap: float
    ap50: float
    ap75: float
    ap_small: float
    ap_medium: float
    ap_large: float
    ar_1: float
    ar_10: float
    ar_100: float
    ar_small: float
    ar_medium: float
    ar_large: float


class ClassFigures(msgspec.Struct, frozen=True):
    """One class: COCO's and VOC's average precision, its boxes, and its best threshold."""

    ap: float
    ap50: float
    ap75: float
    voc_area: float
    voc_11: float
    truth: int
    best_f1: BestF1


class Voc(msgspec.Struct, frozen=True):
    """VOC's mean average precision at one IoU: the area under the curve, and at 11 recalls."""

    iou: float
    ap_area: float
    ap_11: float


class Confusion(msgspec.Struct, frozen=True):
    """Pairs of true and predicted class id with their number; None is the background."""

    threshold: float | None
    iou: float
    counts: list[tuple[int | None, int | None, int]]


def errors_by_class(found: Confusion) -> tuple[Counter[int], Counter[int]]:
    """Boxes of each class that are missed, and detections of it that are wrong."""
    missed: Counter[int] = Counter()
    false: Counter[int] = Counter()
    for truth, predicted, number in found.counts:
        if truth != predicted and truth is not None:
            missed[truth] += number
        if truth != predicted and predicted is not None:
            false[predicted] += number
    return missed, false


class ImageCounts(msgspec.Struct, frozen=True):
    """What is right and wrong in one image at the threshold of the confusions."""

    id: int
    tp: int
    fp: int
    fn: int


class Evaluation(msgspec.Struct, frozen=True):
    """An evaluation's figures. per_class: by class id, only classes with truth."""

    coco: Coco
    per_class: dict[int, ClassFigures]
    voc: Voc
    best_f1: BestF1
    confusion: Confusion
    images: list[ImageCounts]
    interval: Interval

    def to_json(self) -> bytes:
        """Return the document."""
        return msgspec.json.encode(self)
