"""Which of the held-out images a model is evaluated on."""

import json
import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lambdas.evaluation.held_out import HeldOut, choose_held_out, image_list
from lambdas.evaluation.image_sample import ImageSample
from tests.unit.handlers.evaluation_chain import labelled

names = st.lists(st.text(max_size=5), max_size=30)


def sampled(offered: list[str], most: int) -> set[str]:
    sample = ImageSample(most)
    for name in offered:
        sample.offer(name)
    chosen = {name for name in offered if name in sample}
    assert len(sample) == len(chosen)
    return chosen


@given(offered=names, most=st.integers(1, 35), chance=st.randoms(use_true_random=False))
def test_the_sample_has_as_many_as_allowed_whatever_their_order(
    offered: list[str], most: int, chance: random.Random
) -> None:
    chosen = sampled(offered, most)

    shuffled = [*offered, *offered[:3]]
    chance.shuffle(shuffled)
    assert len(chosen) == min(most, len(set(offered)))
    assert sampled(shuffled, most) == chosen


@given(offered=names, more=names, most=st.integers(1, 35))
def test_of_more_images_those_are_chosen_of_before_or_new_ones(
    offered: list[str], more: list[str], most: int
) -> None:
    before, after = sampled(offered, most), sampled(offered + more, most)

    assert after <= before | set(more)
    assert sampled(offered, most + 1) >= before


def test_every_image_has_the_same_chance() -> None:
    counted: Counter[bool] = Counter()
    for run in range(400):
        images = [f"s3://images/{run}/{number:04}.jpg" for number in range(20)]
        chosen = sampled(images, 10)
        counted.update(number < 10 for number, image in enumerate(images) if image in chosen)

    assert 1_850 < counted[True] < 2_150  # 2,000 ± 4.7 standard deviations


def chosen_of(lines: list[bytes], most: int = 100) -> tuple[HeldOut, list[bytes]]:
    written: list[bytes] = []
    found = choose_held_out(lambda: [line.rstrip() for line in lines], "bb", most, written.append)
    return found, written


def test_lines_are_written_as_they_are_with_what_they_hold_counted() -> None:
    lines = [labelled("a/1.jpg", 0), labelled("2.jpg", None), labelled("3.jpg", 1, "other")]
    found, written = chosen_of(lines)

    assert written == lines
    assert (found.images, found.of, found.boxes) == (3, 3, 2)
    assert {bucket: list(keys) for bucket, keys in found.keys.items()} == {
        "bucket": ["a/1.jpg", "2.jpg"],
        "other": ["3.jpg"],
    }


def test_an_image_on_two_lines_is_asked_about_once() -> None:
    found, written = chosen_of([labelled("1.jpg", 0), labelled("1.jpg", 1)], most=1)

    assert (found.images, len(written)) == (2, 2)
    assert list(found.keys["bucket"]) == ["1.jpg"]


def test_lines_that_no_truth_is_read_from_are_left_out() -> None:
    broken = labelled("2.jpg", 0).replace(b'"image_size": [{', b'"image_size": [{}, {')
    unlabelled = json.dumps({"source-ref": "s3://bucket/3.jpg"}).encode() + b"\n"
    lines = [labelled("1.jpg", 0), broken, unlabelled, b"\n", b"\xff\n", b"{\n"]
    found, written = chosen_of(lines)

    assert written == lines[:1]
    assert (found.images, found.of) == (1, 1)


def test_the_list_of_images_is_sagemakers_manifest_file_with_keys_as_they_are() -> None:
    document = image_list("images", ["a b/ü+%20.jpg", 'q"uote\\.jpg'])

    assert json.loads(document) == [
        {"prefix": "s3://images/"},
        "a b/ü+%20.jpg",
        'q"uote\\.jpg',
    ]
