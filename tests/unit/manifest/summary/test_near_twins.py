from typing import Any

import pytest

from lambdas.manifest.line.record import Box
from lambdas.manifest.summary.near_twins import near_twins
from tests.unit.manifest.manifests import any_box


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
