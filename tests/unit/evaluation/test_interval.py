"""The interval says how far the figures would swing with other images."""

import random

import pytest

from lambdas.evaluation.summary import summarize
from tests.unit.evaluation.references import Case, Place


def scattered(images: int, seed: int) -> Case:
    """Images with one box each, of which about six in ten are found."""
    chance = random.Random(seed)
    case = Case(list(range(images)), [0])
    for image in range(images):
        box: Place = (10.0, 10.0, 40.0, 40.0)
        case.annotations.append((image, 0, box, 1600.0, False))
        if chance.random() < 0.6:
            case.found.append((image, 0, chance.random(), box))
        if chance.random() < 0.5:
            case.found.append((image, 0, chance.random(), (200.0, 200.0, 9.0, 9.0)))
    return case


def ranges(case: Case) -> tuple[float, float]:
    found = summarize(case.evaluator()).evaluation.interval
    assert found.ap50 is not None
    return found.ap50


def test_it_holds_the_figure_and_is_the_same_every_time() -> None:
    evaluation = summarize(scattered(60, 1).evaluator()).evaluation
    low, high = ranges(scattered(60, 1))
    assert low < evaluation.coco.ap50 < high
    assert ranges(scattered(60, 1)) == (low, high)


def test_it_is_about_as_wide_as_the_figures_of_other_images_are_spread() -> None:
    figures = [
        summarize(scattered(60, seed).evaluator()).evaluation.coco.ap50 for seed in range(40)
    ]
    spread = sorted(figures)[-2] - sorted(figures)[1]  # about 95 % of them
    low, high = ranges(scattered(60, 1))
    assert high - low == pytest.approx(spread, rel=0.4)


def test_four_times_the_images_halve_it() -> None:
    few, many = ranges(scattered(100, 1)), ranges(scattered(400, 2))
    assert (many[1] - many[0]) / (few[1] - few[0]) == pytest.approx(0.5, abs=0.15)


def test_of_very_many_images_some_stand_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = ranges(scattered(400, 2))
    monkeypatch.setattr("lambdas.evaluation.interval.MOST_STEPS", 1_200)
    found = summarize(scattered(400, 2).evaluator()).evaluation.interval
    assert 90 < found.images < 120
    assert found.ap50 is not None
    width = found.ap50[1] - found.ap50[0]
    assert width == pytest.approx(everything[1] - everything[0], rel=0.4)


def test_detections_on_crowds_do_not_move_it() -> None:
    plain, crowded = scattered(60, 1), scattered(60, 1)
    for image in crowded.images:
        crowded.annotations.append((image, 0, (300.0, 300.0, 99.0, 99.0), 9801.0, True))
        crowded.found.append((image, 0, 0.99, (310.0, 310.0, 20.0, 20.0)))
    assert ranges(crowded) == ranges(plain)


def test_where_all_images_are_alike_it_has_no_width() -> None:
    case = scattered(60, 1)
    case.found = [(image, 0, 1 / (image + 1), (10.0, 10.0, 40.0, 40.0)) for image in case.images]
    assert ranges(case) == pytest.approx((1, 1))


def test_one_image_tells_nothing_about_others() -> None:
    assert summarize(scattered(1, 0).evaluator()).evaluation.interval.ap is None
