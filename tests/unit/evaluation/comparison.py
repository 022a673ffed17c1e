"""Asserts that an evaluation of a case equals that of others, figure by figure."""

from collections import Counter

import pytest

from lambdas.evaluation.confusion import outcomes
from lambdas.evaluation.curves import class_curves
from lambdas.evaluation.document import Evaluation
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.summary import summarize
from lambdas.evaluation.voc_matching import VocRule
from tests.unit.evaluation.references import Case, class_ap, matches, pycocotools, voc

EXACT = 1e-9


def assert_as_pycocotools(case: Case) -> Evaluation:
    evaluator = case.evaluator()
    expected = pycocotools(case)
    found = summarize(evaluator).evaluation
    coco = found.coco
    figures = [getattr(coco, name) for name in coco.__struct_fields__]
    assert figures == pytest.approx(expected.stats.tolist(), abs=EXACT)
    assert sorted(found.per_class) == [
        class_id for class_id in sorted(case.classes) if class_ap(expected, class_id) > -1
    ]
    for class_id, figure in found.per_class.items():
        ours = figure.ap, figure.ap50, figure.ap75
        theirs = [class_ap(expected, class_id, iou) for iou in (slice(None), 0, 5)]
        assert ours == pytest.approx(theirs, abs=EXACT)
    every = matches(expected)
    assert_best_f1(found, every)
    assert_images(evaluator, found, every)
    return found


def assert_best_f1(found: Evaluation, every: list[dict[str, object]]) -> None:
    """The best threshold is the one that trying every score finds."""
    for class_id in [None, *found.per_class]:
        best = found.best_f1 if class_id is None else found.per_class[class_id].best_f1
        own = [each for each in every if class_id in (None, each["category_id"])]
        truth = sum(not ignored for each in own for ignored in each["gtIgnore"])  # type: ignore[attr-defined]
        if not truth:
            assert best.f1 == -1
            continue
        rows = [row for each in own for row in _rows(each)]
        tried = []
        for threshold in {score for score, _ in rows}:
            kept = [right for score, right in rows if score >= threshold]
            if any(kept):
                tried.append((2 * sum(kept) / (len(kept) + truth), threshold, kept))
        if not tried:
            assert (best.f1, best.threshold) == (0, None)
            continue
        f1, threshold, kept = max(tried, key=lambda each: each[:2])
        assert best.f1 == pytest.approx(f1, abs=EXACT)
        assert best.threshold == threshold
        assert best.precision == pytest.approx(sum(kept) / len(kept), abs=EXACT)
        assert best.recall == pytest.approx(sum(kept) / truth, abs=EXACT)


def assert_images(evaluator: Evaluator, found: Evaluation, every: list[dict[str, object]]) -> None:
    """Hits, false alarms and misses of each image are those of pycocotools' matches."""
    threshold = found.confusion.threshold
    right, wrong, truth = Counter[object](), Counter[object](), Counter[object]()
    for each in every:
        image = each["image_id"]
        truth[image] += sum(not ignored for ignored in each["gtIgnore"])  # type: ignore[attr-defined]
        for score, hit in _rows(each):
            if threshold is not None and score >= threshold:
                (right if hit else wrong)[image] += 1
    for image in found.images:
        expected = right[image.id], wrong[image.id], truth[image.id] - right[image.id]
        assert (image.tp, image.fp, image.fn) == expected
    total = Counter[str]()
    for true, predicted, number in found.confusion.counts:
        kind = "right" if true == predicted else "wrong"
        total[kind] += number * (predicted is not None)
        total["truth"] += number * (true is not None)
    assert total == Counter(
        {"right": right.total(), "wrong": wrong.total(), "truth": truth.total()}
    )
    assert [each.counts for each in outcomes(evaluator, threshold)] == [
        (image.tp, image.fp, image.fn) for image in found.images
    ]


def assert_as_devkit(case: Case, rule: VocRule) -> None:
    evaluator = case.evaluator(rule)
    for class_id in case.classes:
        expected = voc(case, class_id, rule.iou, 1.0 if rule.inclusive else 0.0)
        columns = evaluator.classes.get(class_id)
        found = class_curves(columns, evaluator.scores) if columns else None
        if expected is None:
            assert found is None or (found.voc_area, found.voc_11) == (None, None)
        else:
            assert found is not None
            assert (found.voc_area, found.voc_11) == pytest.approx(expected, abs=EXACT)


def _rows(each: dict[str, object]) -> list[tuple[float, bool]]:
    """Score and verdict of each detection that is right or wrong at IoU .5."""
    matched, ignored = each["dtMatches"], each["dtIgnore"]
    return [
        (score, bool(hit))
        for score, hit, out in zip(each["dtScores"], matched[0], ignored[0], strict=True)  # type: ignore[call-overload,index]
        if not out
    ]
