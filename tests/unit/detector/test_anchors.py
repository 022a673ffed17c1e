"""Anchors by hand; those of the whole networks are in the parity tests."""

import numpy as np
import pytest

from cli.detector.anchors import prior_boxes
from cli.detector.symbol import Node


def anchors(height: int, width: int, **attributes: str) -> list[list[float]]:
    node = Node("_contrib_MultiBoxPrior", "anchors", (0,), attributes)
    boxes: list[list[float]] = prior_boxes(node, height, width)[0].tolist()
    return boxes


def test_a_cell_has_a_square_for_each_size_and_a_box_for_each_further_ratio() -> None:
    assert anchors(1, 1, sizes="(0.5, 0.25)", ratios="(1, 4)") == [
        [0.25, 0.25, 0.75, 0.75],
        [0.375, 0.375, 0.625, 0.625],
        [0, 0.375, 1, 0.625],
    ]


def test_cells_follow_row_by_row_and_squares_stay_square_on_a_wide_layer() -> None:
    assert anchors(1, 2, sizes="(0.5)") == [
        [0.125, 0.25, 0.375, 0.75],
        [0.625, 0.25, 0.875, 0.75],
    ]


def test_steps_and_offsets_place_the_cells() -> None:
    assert anchors(1, 2, sizes="(0.5)", steps="(1, 0.25)", offsets="(0.5, 0)") == [
        [-0.125, 0.25, 0.125, 0.75],
        [0.125, 0.25, 0.375, 0.75],
    ]


@pytest.mark.parametrize(("clip", "lowest"), [("True", 0.0), ("False", -0.5)])
def test_anchors_are_clipped_only_where_it_is_said(clip: str, lowest: float) -> None:
    assert np.min(anchors(1, 1, sizes="(2)", clip=clip)) == lowest
