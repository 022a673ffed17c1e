from collections.abc import Iterable
from itertools import pairwise

import pytest

from lambdas.manifest.counts.sample import MOST_BOXES, MOST_IMAGES, Sample
from lambdas.manifest.line.record import Box, Record


def record(boxes: int, confidences: int = 0) -> Record:
    drawn = [Box(class_id=0, top=1, left=1, height=2, width=2) for _ in range(boxes)]
    about = {"objects": [{"confidence": 0.5}] * confidences}
    return Record("s3://b/1.jpg", 10, 10, drawn, [0] * boxes, {0}, {0: "a"}, 0, about, (), 0)


def sampled(records: Iterable[Record]) -> Sample:
    """A sample of records, each taken if it is due."""
    sample = Sample()
    for line, each in enumerate(records, 1):
        if line >= sample.due:
            sample.take(each, line, "train")
    return sample


def test_all_boxes_are_sampled_up_to_the_limit() -> None:
    sample = sampled(record(8) for _ in range(MOST_BOXES // 8))

    assert len(sample.boxes()) == MOST_BOXES
    assert [image.line for image in sample.images] == list(range(1, MOST_BOXES // 8 + 1))


def test_above_the_limit_the_sample_is_spread_evenly_over_the_lines() -> None:
    lines = [image.line for image in sampled(record(8) for _ in range(10_000)).images]

    assert MOST_BOXES // 2 <= 8 * len(lines) <= MOST_BOXES
    assert all(16 <= later - line < 32 for line, later in pairwise(lines))


def test_of_images_with_many_boxes_enough_are_kept_to_be_drawn() -> None:
    sample = sampled(record(2_000) for _ in range(200))

    assert MOST_IMAGES // 2 <= len(sample.images) <= MOST_IMAGES
    assert len(sample.spread()) == len(sample.images)
    assert MOST_BOXES // 2 < len(sample.boxes()) <= MOST_BOXES


@pytest.mark.parametrize("each", [record(0), record(0, confidences=1), record(1, confidences=50)])
def test_what_is_kept_is_bounded_whatever_the_lines_hold(each: Record) -> None:
    sample = sampled(each for _ in range(3 * MOST_BOXES))

    kept = sum(max(1, len(image.about.confidences)) for image in sample.images)
    assert MOST_BOXES // 2 <= kept <= MOST_BOXES
