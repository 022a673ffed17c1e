from typing import Any

import pytest

from lambdas.manifest.line.record import Box
from lambdas.manifest.summary.near_twins import near_twins
from tests.unit.manifest.manifests import any_box, any_record, good_lines, manifest_of, run


def found(*boxes: dict[str, Any]) -> bool:
    return near_twins([Box(**box) for box in boxes]) is not None


SQUARE = any_box(left=100, top=100, width=100, height=100)


@pytest.mark.parametrize(
    ("other", "twins"),
    [
        (SQUARE | {"width": 95}, True),
        (SQUARE | {"width": 94.9}, False),
        (SQUARE | {"left": 102, "width": 98}, True),
        (SQUARE | {"top": 98}, True),
        (SQUARE | {"top": 97}, False),
        (SQUARE | {"class_id": 1, "width": 99}, False),
        (SQUARE, False),
        (SQUARE | {"left": 300}, False),
    ],
)
def test_boxes_of_one_class_that_share_nearly_all_of_their_area_are_twins(
    other: dict[str, Any], twins: bool
) -> None:
    assert found(SQUARE, other) == twins
    assert found(other, any_box(left=0), SQUARE) == twins


def test_the_first_image_with_near_twins_is_drawn() -> None:
    twins = [any_record(number, any_box(), any_box(width=60)) for number in range(2)]

    statistics = run(good_lines() + manifest_of(*twins)).report.statistics

    assert [(image.line, image.codes) for image in statistics.found] == [(41, ["near-twin-boxes"])]
