"""What random data sets hardly ever hit, each once by hand and against pycocotools."""

import numpy as np
import pytest

from lambdas.evaluation.matching import BEYOND, LIMIT
from lambdas.evaluation.summary import summarize
from lambdas.evaluation.thresholds import ELEVEN_RECALLS, IOUS, RECALLS, reached
from lambdas.evaluation.voc_matching import VocRule
from tests.unit.evaluation.comparison import assert_as_devkit, assert_as_pycocotools
from tests.unit.evaluation.references import Case, Place

BOX: Place = (10.0, 10.0, 40.0, 40.0)
AREA = 1600.0
ELSEWHERE: Place = (200.0, 200.0, 40.0, 40.0)


def case(**changes: object) -> Case:
    given = {"images": [1], "classes": [0], "annotations": [(1, 0, BOX, AREA, False)], **changes}
    return Case(**given)  # type: ignore[arg-type]


def test_thresholds_are_the_floats_of_numpy() -> None:
    assert list(IOUS) == np.linspace(0.5, 0.95, 10).tolist()
    assert list(RECALLS) == np.linspace(0.0, 1.0, 101).tolist()
    assert list(ELEVEN_RECALLS) == np.arange(0.0, 1.1, 0.1).tolist()


@pytest.mark.parametrize("index", range(10))
def test_an_iou_reaches_the_threshold_that_it_equals(index: int) -> None:
    assert reached(IOUS[index]) == (1 << (index + 1)) - 1
    assert reached(np.nextafter(IOUS[index], 0)) == (1 << index) - 1


def test_an_iou_of_exactly_a_half_is_a_hit() -> None:
    found = assert_as_pycocotools(case(found=[(1, 0, 0.9, (10.0, 10.0, 20.0, 40.0))]))
    assert found.coco.ap50 == pytest.approx(1)
    assert found.coco.ap == pytest.approx(0.1)


def test_nothing_to_measure_is_minus_1_and_nothing_found_is_0() -> None:
    found = assert_as_pycocotools(case(annotations=[], found=[(1, 0, 0.9, BOX)]))
    assert (found.coco.ap, found.voc.ap_11, found.best_f1.f1) == (-1, -1, -1)
    assert found.interval.ap is None
    found = assert_as_pycocotools(case(found=[]))
    assert (found.coco.ap, found.voc.ap_area) == (0, 0)
    assert (found.best_f1.f1, found.best_f1.threshold) == (0, None)
    assert found.confusion.counts == [(0, None, 1)]


def test_a_class_without_truth_is_left_out_of_the_mean_but_not_of_the_false_alarms() -> None:
    found = assert_as_pycocotools(
        case(classes=[0, 1], found=[(1, 0, 0.8, BOX), (1, 1, 0.9, ELSEWHERE)])
    )
    assert found.coco.ap == pytest.approx(1)
    assert list(found.per_class) == [0]
    assert found.best_f1.precision == 0.5
    assert found.confusion.counts == [(0, 0, 1), (None, 1, 1)]


def test_a_class_with_only_crowds_has_no_truth() -> None:
    crowds = [(1, 0, BOX, AREA, False), (1, 1, ELSEWHERE, AREA, True)]
    found = assert_as_pycocotools(
        case(classes=[0, 1], annotations=crowds, found=[(1, 0, 0.8, BOX)])
    )
    assert list(found.per_class) == [0]
    assert found.voc.ap_area == pytest.approx(1)


def test_a_crowd_takes_any_number_of_detections_and_none_is_wrong() -> None:
    crowd = (1, 0, (0.0, 0.0, 500.0, 500.0), 250_000.0, True)
    inside = [(1, 0, 0.95, (100.0 + 50 * n, 300.0, 20.0, 20.0)) for n in range(3)]
    found = assert_as_pycocotools(
        case(annotations=[(1, 0, BOX, AREA, False), crowd], found=[*inside, (1, 0, 0.5, BOX)])
    )
    assert found.coco.ap == pytest.approx(1)
    assert found.best_f1.precision == 1
    assert [(each.tp, each.fp, each.fn) for each in found.images] == [(1, 0, 0)]


@pytest.mark.parametrize("first_is_small", [False, True])
def test_of_two_boxes_with_the_same_iou_the_later_one_is_hit(*, first_is_small: bool) -> None:
    areas = (100.0, 5_000.0) if first_is_small else (5_000.0, 100.0)
    boxes = [(1, 0, BOX, area, False) for area in areas]
    found = assert_as_pycocotools(case(annotations=boxes, found=[(1, 0, 0.9, BOX)]))
    assert found.coco.ap_small == pytest.approx(1)
    assert found.coco.ap_medium == pytest.approx(1)


def test_a_box_that_counts_is_preferred_to_a_nearer_one_that_is_ignored() -> None:
    near_small = (1, 0, BOX, 100.0, False)
    far_medium = (1, 0, (14.0, 10.0, 40.0, 40.0), 2_000.0, False)
    found = assert_as_pycocotools(
        case(annotations=[near_small, far_medium], found=[(1, 0, 0.9, BOX)])
    )
    assert found.coco.ap_medium > 0


@pytest.mark.parametrize("area", [1024.0, 9216.0])
def test_bounds_of_areas_belong_to_both_ranges(area: float) -> None:
    found = assert_as_pycocotools(
        case(annotations=[(1, 0, BOX, area, False)], found=[(1, 0, 0.9, BOX)])
    )
    ranges = found.coco.ap_small, found.coco.ap_medium, found.coco.ap_large
    assert sum(figure == pytest.approx(1) for figure in ranges) == 2


def test_the_annotation_s_area_decides_the_range_and_not_the_box() -> None:
    found = assert_as_pycocotools(case(annotations=[(1, 0, BOX, 100.0, False)]))
    assert found.coco.ap_small == 0
    assert found.coco.ap_medium == -1


def test_equal_scores_count_in_the_order_of_the_image_ids() -> None:
    boxes = [(9, 0, BOX, AREA, False), (2, 0, BOX, AREA, False)]
    right, wrong = (9, 0, 0.5, BOX), (2, 0, 0.5, ELSEWHERE)
    for found in ([right, wrong], [wrong, right]):
        case_ = case(images=[9, 2], annotations=boxes, found=found)
        assert assert_as_pycocotools(case_).coco.ap50 == pytest.approx(51 * 0.5 / 101)


def test_only_the_100_best_detections_of_a_class_in_an_image_count() -> None:
    wrong = [(1, 0, 0.9, (float(n), 300.0, 10.0, 10.0)) for n in range(LIMIT)]
    case_ = case(found=[*wrong, (1, 0, 0.8, BOX)])
    found = assert_as_pycocotools(case_)
    assert found.coco.ap == 0
    assert case_.evaluator().partners[LIMIT] == BEYOND
    assert found.voc.ap_area == pytest.approx(1 / 101)
    assert_as_devkit(case_, VocRule())


def test_low_scores_count() -> None:
    found = assert_as_pycocotools(case(found=[(1, 0, 0.0001, BOX)]))
    assert found.coco.ap == pytest.approx(1)


def test_voc_knows_difficult_boxes_and_takes_the_nearest_even_if_taken() -> None:
    twins = [(1, 0, BOX, AREA, False), (1, 0, (12.0, 10.0, 40.0, 40.0), AREA, False)]
    crowd = (1, 0, ELSEWHERE, AREA, True)
    found = [(1, 0, 0.9, BOX), (1, 0, 0.8, BOX), (1, 0, 0.7, ELSEWHERE), (1, 0, 0.6, ELSEWHERE)]
    case_ = case(annotations=[*twins, crowd], found=found)
    assert_as_devkit(case_, VocRule())
    summary = summarize(case_.evaluator()).evaluation
    assert summary.voc.ap_area == pytest.approx(0.5)
    assert summary.coco.ap50 == pytest.approx(1)


@pytest.mark.parametrize(("first_is_difficult", "ap"), [(True, 0), (False, 1)])
def test_of_two_boxes_with_the_same_iou_voc_takes_the_first(
    *, first_is_difficult: bool, ap: float
) -> None:
    boxes = [(1, 0, BOX, AREA, crowd) for crowd in (first_is_difficult, not first_is_difficult)]
    case_ = case(annotations=boxes, found=[(1, 0, 0.9, BOX)])
    assert_as_devkit(case_, VocRule())
    assert summarize(case_.evaluator()).evaluation.voc.ap_area == pytest.approx(ap)


def test_inclusive_pixels_make_boxes_overlap_more() -> None:
    narrow = case(
        annotations=[(1, 0, (0.0, 0.0, 2.0, 2.0), 4.0, False)],
        found=[(1, 0, 0.9, (1.0, 0.0, 2.0, 2.0))],
    )
    for inclusive, expected in ((False, 0), (True, 1)):
        rule = VocRule(0.5, inclusive)
        assert_as_devkit(narrow, rule)
        assert summarize(narrow.evaluator(rule)).evaluation.voc.ap_area == pytest.approx(expected)


def test_of_two_thresholds_with_the_same_f1_the_higher_one_is_best() -> None:
    # F1 is 2/3 with the first alone, with one hit among one, and with all four.
    boxes = [(1, 0, (100.0 * n, 0.0, 40.0, 40.0), AREA, False) for n in range(2)]
    found = [(1, 0, 0.9, boxes[0][2]), *[(1, 0, 0.8, ELSEWHERE)] * 2, (1, 0, 0.5, boxes[1][2])]
    best = assert_as_pycocotools(case(annotations=boxes, found=found)).best_f1
    assert best.f1 == pytest.approx(2 / 3)
    assert best.threshold == 0.9


def test_equal_scores_come_above_a_threshold_together() -> None:
    best = assert_as_pycocotools(case(found=[(1, 0, 0.9, BOX), (1, 0, 0.9, ELSEWHERE)])).best_f1
    assert (best.precision, best.recall) == (0.5, 1)


def test_a_box_that_is_hit_is_not_confused_and_the_nearest_of_the_rest_is() -> None:
    near: Place = (12.0, 10.0, 40.0, 40.0)
    boxes = [(1, 0, BOX, AREA, False), (1, 1, near, AREA, False)]
    found = [(1, 0, 0.9, BOX), (1, 0, 0.8, near), (1, 1, 0.9, ELSEWHERE), (1, 0, 0.3, BOX)]
    summary = assert_as_pycocotools(case(classes=[0, 1], annotations=boxes, found=found))
    assert summary.confusion.threshold == 0.9
    assert summary.confusion.counts == [(0, 0, 1), (1, None, 1), (None, 1, 1)]
    found = [(1, 0, 0.9, BOX), (1, 0, 0.9, near), (1, 1, 0.3, ELSEWHERE)]
    summary = assert_as_pycocotools(case(classes=[0, 1], annotations=boxes, found=found))
    assert summary.confusion.counts == [(0, 0, 1), (1, 0, 1)]
    assert [(each.tp, each.fp, each.fn) for each in summary.images] == [(1, 1, 1)]
