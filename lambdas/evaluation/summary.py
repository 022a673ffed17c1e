"""Sums an evaluation up: the figures over all classes, each class's, and each image's."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from statistics import median

from lambdas.evaluation.best_f1 import BestF1, best_f1
from lambdas.evaluation.boxes import ALL, LARGE, MEDIUM, SMALL
from lambdas.evaluation.confusion import count_confusions, outcomes
from lambdas.evaluation.curves import ClassCurves, class_curves
from lambdas.evaluation.document import (
    ClassFigures,
    Coco,
    Confusion,
    Evaluation,
    ImageCounts,
    Voc,
)
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.interval import interval
from lambdas.evaluation.matching import LIMIT
from lambdas.evaluation.nothing import NOTHING_TO_MEASURE, mean
from lambdas.evaluation.overlaps import LEAST
from lambdas.evaluation.thresholds import IOUS

AP50, AP75 = 0, 5
"""Indices of IOUS."""


@dataclass(frozen=True, slots=True)
class Summary:
    """An evaluation's figures, and of each class with truth, by id, what the page shows.

    precision: at each true positive at IoU .5, by falling score. typical_score: the median of the
    true positives' scores, where there are any.
    """

    evaluation: Evaluation
    precision: dict[int, list[float]]
    typical_score: dict[int, float]


def summarize(evaluator: Evaluator) -> Summary:
    """Return the figures of all images that the evaluator has taken in."""
    curves: dict[int, ClassCurves] = {}
    figures: dict[int, ClassFigures] = {}
    for class_id, columns in sorted(evaluator.classes.items()):
        found = curves[class_id] = class_curves(columns, evaluator.scores)
        if found.truth:
            figures[class_id] = _class_figures(found)
    best = _best_of_all(curves.values())
    coco = _coco(curves.values())
    counts: Counter[tuple[int | None, int | None]] = Counter()
    images = []
    for outcome in outcomes(evaluator, best.threshold):
        count_confusions(evaluator, outcome, counts)
        images.append(ImageCounts(outcome.image.id, *outcome.counts))
    evaluation = Evaluation(
        coco=coco,
        per_class=figures,
        voc=_voc(evaluator.voc_rule.iou, curves.values()),
        best_f1=best,
        confusion=Confusion(best.threshold, LEAST, _listed(counts)),
        images=images,
        interval=interval(evaluator, coco.ap, coco.ap50),
    )
    return Summary(
        evaluation,
        {each: curves[each].precision for each in figures},
        {each: median(curves[each].hits) for each in figures if curves[each].hits},
    )


def _class_figures(found: ClassCurves) -> ClassFigures:
    return ClassFigures(
        ap=mean(found.ap[ALL, iou] for iou in range(len(IOUS))),
        ap50=found.ap[ALL, AP50],
        ap75=found.ap[ALL, AP75],
        voc_area=NOTHING_TO_MEASURE if found.voc_area is None else found.voc_area,
        voc_11=NOTHING_TO_MEASURE if found.voc_11 is None else found.voc_11,
        truth=found.truth,
        best_f1=best_f1(found.hits, found.counted, found.truth),
    )


def _best_of_all(curves: Iterable[ClassCurves]) -> BestF1:
    found = list(curves)
    hits = chain.from_iterable(each.hits for each in found)
    counted = chain.from_iterable(each.counted for each in found)
    return best_f1(hits, counted, sum(each.truth for each in found))


def _coco(curves: Iterable[ClassCurves]) -> Coco:
    found = list(curves)

    def ap(area: int, ious: Iterable[int] = range(len(IOUS))) -> float:
        return mean(each.ap[area, iou] for each in found for iou in ious if (area, iou) in each.ap)

    def recall(limit: int, area: int) -> float:
        keys = [(limit, area, iou) for iou in range(len(IOUS))]
        return mean(each.recall[key] for each in found for key in keys if key in each.recall)

    return Coco(
        ap=ap(ALL),
        ap50=ap(ALL, (AP50,)),
        ap75=ap(ALL, (AP75,)),
        ap_small=ap(SMALL),
        ap_medium=ap(MEDIUM),
        ap_large=ap(LARGE),
        ar_1=recall(1, ALL),
        ar_10=recall(10, ALL),
        ar_100=recall(LIMIT, ALL),
        ar_small=recall(LIMIT, SMALL),
        ar_medium=recall(LIMIT, MEDIUM),
        ar_large=recall(LIMIT, LARGE),
    )


def _voc(iou: float, curves: Iterable[ClassCurves]) -> Voc:
    found = list(curves)
    return Voc(
        iou,
        mean(each.voc_area for each in found if each.voc_area is not None),
        mean(each.voc_11 for each in found if each.voc_11 is not None),
    )


def _listed(
    counts: Mapping[tuple[int | None, int | None], int],
) -> list[tuple[int | None, int | None, int]]:
    """In the order of the ids, the background last."""
    pairs = sorted(counts, key=lambda pair: [(each is None, each or 0) for each in pair])
    return [(truth, predicted, counts[truth, predicted]) for truth, predicted in pairs]
