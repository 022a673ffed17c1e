from typing import Any

import pytest

from lambdas.manifest.counts.duplicates import SeenImages
from tests.unit.manifest.manifests import any_box, any_record, good_lines, manifest_of, run


def seen(positions: list[tuple[int, int]], limit: int) -> SeenImages:
    images = SeenImages(limit)
    for key, position in positions:
        images.buckets[key >> 56].append(key)
        images.buckets[key >> 56].append(position)
        images.buckets[key >> 56].append(0)
        images.settle()
    return images


def spread(number: int) -> int:
    return number * 0x9E3779B97F4A7C15 % (1 << 64)


def test_images_are_found_again_after_many_were_spilled() -> None:
    positions = [(spread(n), 2 * n) for n in range(2_000)]
    again = [(spread(7), 2 * 5_000), (spread(1_999), 2 * 4_000)]
    for limit in (1, 100, 1_000_000):
        (repeat,) = seen(positions + again, limit).repeated()
        assert (repeat.count, repeat.lines) == (2, [4_000, 5_000])


def test_no_image_occurs_twice_among_different_ones() -> None:
    assert seen([(spread(n), n) for n in range(2_000)], 100).repeated() == []


def test_each_further_occurrence_counts() -> None:
    lines = good_lines(30) + manifest_of(any_record(1_000), any_record(1_000))
    (finding,) = run(lines).report.findings
    assert (finding.code, finding.count, finding.lines) == ("duplicate-image", 2, [31, 32])


def test_an_image_of_both_manifests_is_found_in_the_validation_manifest() -> None:
    (finding,) = run(good_lines(30), validation=good_lines(3, first=1_028)).report.findings
    assert (finding.code, finding.count, finding.lines) == ("image-in-both-manifests", 2, [1, 2])
    assert finding.manifest == "validation"


def test_only_so_many_images_are_kept_in_memory() -> None:
    images = SeenImages(limit=100)
    for number in range(1_000):
        key = spread(number)
        images.buckets[key >> 56].extend((key, number, 0))
        images.settle()
        assert sum(map(len, images.buckets)) < 3 * 100


def codes_of_twice(*boxes: dict[str, Any]) -> set[str]:
    """Of an image that occurs with two boxes, and again with these."""
    first = any_record(1, any_box(), any_box(left=0), metadata=NAMES)
    again = any_record(1, *boxes, metadata=NAMES)
    codes = run(good_lines(60) + manifest_of(first, again)).codes
    return {code for code in codes if code.startswith("duplicate-image")}


NAMES = {"class-map": {"0": "dog", "1": "cat"}}


@pytest.mark.parametrize(
    "boxes",
    [
        (any_box(), any_box(left=0)),
        (any_box(left=0), any_box()),
        (any_box(left=111.0), any_box(left=0, note="x")),
    ],
)
def test_the_same_boxes_in_any_order_do_not_contradict(boxes: tuple[dict[str, Any], ...]) -> None:
    assert codes_of_twice(*boxes) == {"duplicate-image"}


@pytest.mark.parametrize(
    "boxes",
    [
        (any_box(),),
        (any_box(), any_box(left=1)),
        (any_box(), any_box(left=0, top=133, height=129)),
        (any_box(), any_box(left=0, width=62)),
        (any_box(), any_box(left=0, class_id=1)),
        (any_box(class_id=1), any_box(left=0)),
        (any_box(), any_box(left=0), any_box(top=0)),
    ],
)
def test_other_boxes_on_the_same_image_reject_the_manifest(
    boxes: tuple[dict[str, Any], ...],
) -> None:
    assert codes_of_twice(*boxes) == {"duplicate-image-contradicts"}
