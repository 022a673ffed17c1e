"""Windows, boxes and offsets."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.sagemaker.detector.geometry import as_boxes, moved, offsets, overlaps

shares = st.floats(0.05, 0.95)
sizes = st.floats(0.02, 0.5)
windows = st.lists(st.tuples(shares, shares, sizes, sizes), min_size=1, max_size=5)


@given(windows, windows)
def test_offsets_make_the_box_of_the_window(
    some: list[tuple[float, ...]], others: list[tuple[float, ...]]
) -> None:
    count = min(len(some), len(others))
    starts, boxes = np.array(some[:count]), as_boxes(np.array(others[:count]))
    assert moved(starts, offsets(starts, boxes)) == pytest.approx(boxes, abs=1e-5)


@given(windows)
def test_a_box_overlaps_itself_wholly_and_others_alike_from_both_sides(
    some: list[tuple[float, ...]],
) -> None:
    boxes = as_boxes(np.array(some))
    table = overlaps(boxes, boxes)
    assert np.diag(table) == pytest.approx(1)
    assert table == pytest.approx(table.T)
    assert ((table >= 0) & (table <= 1 + 1e-9)).all()


def test_boxes_that_share_a_third_of_what_they_cover() -> None:
    left, right = np.array([[0.0, 0.0, 0.2, 0.1]]), np.array([[0.1, 0.0, 0.3, 0.1]])
    assert overlaps(left, right) == pytest.approx(np.array([[1 / 3]]))
    assert overlaps(left, right + 5) == pytest.approx(np.array([[0.0]]))


def test_a_box_without_extent_has_offsets_that_are_numbers() -> None:
    window = np.array([[0.5, 0.5, 0.1, 0.1]])
    assert np.isfinite(offsets(window, np.array([[0.4, 0.4, 0.4, 0.4]]))).all()
