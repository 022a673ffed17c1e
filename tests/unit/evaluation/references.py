"""What others measure on the same boxes: pycocotools, and VOC's devkit as written down."""

import contextlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from lambdas.evaluation.boxes import AREAS, TruthBox, truth_box
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.voc_matching import VocRule

Place = tuple[float, float, float, float]


@dataclass
class Case:
    """Annotations are image, class, place, area, crowd; found are image, class, score, place."""

    images: list[int]
    classes: list[int]
    annotations: list[tuple[int, int, Place, float, bool]] = field(default_factory=list)
    found: list[tuple[int, int, float, Place]] = field(default_factory=list)

    def truth(self, image: int) -> dict[int, list[TruthBox]]:
        truth: dict[int, list[TruthBox]] = {}
        for of, class_id, place, area, crowd in self.annotations:
            if of == image:
                truth.setdefault(class_id, []).append(truth_box(place, area, crowd=crowd))
        return truth

    def evaluator(self, rule: VocRule | None = None) -> Evaluator:
        evaluator = Evaluator(rule or VocRule())
        for image in sorted(self.images):
            rows = [(c, score, *place) for of, c, score, place in self.found if of == image]
            evaluator.add(image, self.truth(image), rows)
        return evaluator


def pycocotools(case: Case) -> COCOeval:
    """COCOeval after evaluate, accumulate and summarize."""
    truth, found = COCO(), COCO()
    shared = {
        "images": [{"id": image} for image in case.images],
        "categories": [{"id": class_id} for class_id in case.classes],
    }
    truth.dataset = shared | {
        "annotations": [
            # An id of 0 would count as no match.
            {
                "id": n,
                "image_id": i,
                "category_id": c,
                "bbox": [*p],
                "area": a,
                "iscrowd": int(crowd),
            }
            for n, (i, c, p, a, crowd) in enumerate(case.annotations, 1)
        ]
    }
    # As loadRes does, which refuses an empty list.
    found.dataset = shared | {
        "annotations": [
            {
                "id": n,
                "image_id": i,
                "category_id": c,
                "bbox": [*p],
                "area": p[2] * p[3],
                "score": s,
            }
            | {"iscrowd": 0}
            for n, (i, c, s, p) in enumerate(case.found, 1)
        ]
    }
    with contextlib.redirect_stdout(io.StringIO()):
        truth.createIndex()
        found.createIndex()
        evaluation = COCOeval(truth, found, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return evaluation


def class_ap(evaluation: COCOeval, class_id: int, iou: int | slice = slice(None)) -> float:
    """pycocotools' AP of one class over all areas."""
    number = evaluation.params.catIds.index(class_id)
    precision = evaluation.eval["precision"][iou, :, number, 0, 2]
    return float(np.mean(precision)) if (precision > -1).all() else -1.0


def matches(evaluation: COCOeval) -> list[dict[str, Any]]:
    """pycocotools' matches over all areas, one entry an image and class that has any box."""
    return [
        each
        for each in evaluation.evalImgs
        if each is not None and each["aRng"] == [AREAS[0][0], AREAS[0][1]]
    ]


def voc(case: Case, class_id: int, iou: float, pixel: float) -> tuple[float, float] | None:
    """Area and 11-point AP as ``VOCevaldet.m`` and ``VOCap.m`` compute them; None without truth."""
    boxes = [
        (image, place, crowd) for image, c, place, _, crowd in case.annotations if c == class_id
    ]
    truth = sum(not crowd for _, _, crowd in boxes)
    if not truth:
        return None
    found = [
        (image, score, place)
        for image in sorted(case.images)
        for of, c, score, place in case.found
        if of == image and c == class_id
    ]
    found.sort(key=lambda each: -each[1])
    taken: set[int] = set()
    right, wrong = [], []
    for image, _, place in found:
        best, nearest = -1.0, -1
        for number, (of, box, _) in enumerate(boxes):
            if of == image and _iou(place, box, pixel) > best:
                best, nearest = _iou(place, box, pixel), number
        on_box = best >= iou and best > 0
        difficult = on_box and boxes[nearest][2]
        hit = on_box and not difficult and nearest not in taken
        if hit:
            taken.add(nearest)
        right.append(int(hit))
        wrong.append(int(not hit and not difficult))
    return _voc_ap(right, wrong, truth)


def _voc_ap(right: Sequence[int], wrong: Sequence[int], truth: int) -> tuple[float, float]:
    tp, fp = np.cumsum(right), np.cumsum(wrong)
    recall = tp / truth
    precision = tp / np.maximum(tp + fp, np.finfo(float).eps)
    points = [max(precision[recall >= at], default=0.0) for at in np.arange(0.0, 1.1, 0.1)]
    recall, precision = np.r_[0.0, recall, 1.0], np.r_[0.0, precision, 0.0]
    for index in range(len(precision) - 2, -1, -1):
        precision[index] = max(precision[index], precision[index + 1])
    steps = np.flatnonzero(recall[1:] != recall[:-1])
    area = np.sum((recall[steps + 1] - recall[steps]) * precision[steps + 1])
    return float(area), float(sum(points) / 11)


def _iou(one: Place, other: Place, pixel: float) -> float:
    across = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0]) + pixel
    down = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1]) + pixel
    if across <= 0 or down <= 0:
        return 0.0
    both = (one[2] + pixel) * (one[3] + pixel) + (other[2] + pixel) * (other[3] + pixel)
    return across * down / (both - across * down)
