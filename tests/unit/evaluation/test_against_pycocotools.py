"""The figures equal those of pycocotools and of VOC's devkit on thousands of random data sets."""

import os
import random

import pytest

from lambdas.evaluation.interval import Interval
from lambdas.evaluation.voc_matching import VocRule
from tests.unit.evaluation.cases import random_case
from tests.unit.evaluation.comparison import assert_as_devkit, assert_as_pycocotools

RUNS = int(os.environ.get("EVALUATION_RUNS", "600"))
BATCHES = 4


@pytest.fixture(autouse=True)
def _no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """pycocotools has none, and it would cost most of the time."""
    nothing = Interval(0.95, 0, 0, None, None)
    monkeypatch.setattr("lambdas.evaluation.summary.interval", lambda *_: nothing)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_data_sets_measure_as_with_pycocotools(batch: int) -> None:
    chance = random.Random(f"coco {batch}")
    for _ in range(RUNS // BATCHES):
        assert_as_pycocotools(random_case(chance))


@pytest.mark.parametrize("iou", [0.3, 0.5, 0.75])
@pytest.mark.parametrize("inclusive", [False, True])
def test_random_data_sets_measure_as_with_the_voc_devkit(iou: float, *, inclusive: bool) -> None:
    chance = random.Random(f"voc {iou} {inclusive}")
    for _ in range(RUNS // 6):
        assert_as_devkit(random_case(chance), VocRule(iou, inclusive))
