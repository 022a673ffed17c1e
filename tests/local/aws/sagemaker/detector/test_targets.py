"""What the network should say of the windows of a labelled picture."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from local.aws.sagemaker.detector.cells import DIRECTIONS, cells
from local.aws.sagemaker.detector.geometry import Array, as_boxes, moved, overlaps
from local.aws.sagemaker.detector.pyramid import Pyramid, mirrored
from local.aws.sagemaker.detector.targets import Example, matches
from tests.local.aws.sagemaker.detector.labelled_pictures import pictures

SEVERAL = pictures()[0]
EMPTY = pictures()[16]


def boxes_of(annotation: bytes) -> list[dict[str, int]]:
    found: list[dict[str, int]] = json.loads(annotation)["annotations"]
    return found


def test_every_box_has_a_window_of_its_class_that_leads_to_it() -> None:
    example = Example.of(SEVERAL.image, SEVERAL.annotation, 0.5)
    with Image.open(io.BytesIO(SEVERAL.image)) as opened:
        longer = max(opened.size)
    for box in boxes_of(SEVERAL.annotation):
        found = moved(example.pyramid.windows, example.offsets)[
            example.labels == box["class_id"] + 1
        ]
        edges = np.array([box["left"], box["top"], box["width"], box["height"]]) / longer
        edges[2:] += edges[:2]
        assert np.abs(found - edges).max(1).min() < 1e-3


def test_a_picture_without_boxes_has_windows_without_objects_only() -> None:
    assert boxes_of(EMPTY.annotation) == []
    assert not Example.of(EMPTY.image, EMPTY.annotation, 0.5).labels.any()


def test_a_higher_overlap_threshold_leaves_fewer_windows_but_one_for_each_box() -> None:
    counts = [
        (Example.of(SEVERAL.image, SEVERAL.annotation, threshold).labels > 0).sum()
        for threshold in (0.3, 0.5, 0.7, 1.0)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[-1] == len(boxes_of(SEVERAL.annotation))


def test_two_boxes_do_not_share_their_best_window() -> None:
    windows = np.array([[0.5, 0.5, 0.2, 0.2], [0.5, 0.5, 0.3, 0.3]])
    box = as_boxes(windows[:1])
    taken, nearest = matches(windows, np.concatenate([box, box]), 0.9)
    assert (taken.tolist(), sorted(nearest.tolist())) == ([0, 1], [0, 1])


def test_windows_cover_small_and_large_objects_anywhere() -> None:
    windows = as_boxes(Pyramid(SEVERAL.image).windows)
    wanted = [[x, y, x + size, y + size] for size in (0.1, 0.4) for x in (0, 0.3) for y in (0, 0.2)]
    assert overlaps(np.array(wanted), windows).max(1).min() > 0.5


def test_in_a_mirror_features_change_places_as_the_pixels_do() -> None:
    pixels = np.random.default_rng(0).random((20, 20, 3), np.float32)
    there, here = (features_of(cells(each)) for each in (pixels[:, ::-1], pixels))
    assert there == pytest.approx(here[mirrored()], abs=1e-5)
    assert there != pytest.approx(here, abs=0.1)


def features_of(window: Array) -> Array:
    """What ``Pyramid.features`` makes of the cells of one window, unscaled."""
    return np.concatenate([window[..., :DIRECTIONS].ravel(), window[..., DIRECTIONS:].ravel()])
