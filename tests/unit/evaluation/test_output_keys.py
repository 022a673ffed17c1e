"""Answers are found by the end of their path, whatever the transform job put before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.evaluation.labelled import NotMeasurable
from lambdas.evaluation.output_keys import outputs_by_image

ONE, TWO = "s3://images/a/1.jpg", "s3://images/b/1.jpg"


@pytest.mark.parametrize("prefix", ["", "a/", "images/a/", "job/output/", "job/output/images/a/"])
def test_an_answer_may_keep_any_part_of_its_image_s_path(prefix: str) -> None:
    key = f"{prefix}1.jpg.out"
    assert outputs_by_image([ONE, "s3://images/a/2.jpg"], [key]) == {ONE: key}


def test_the_longest_common_end_decides() -> None:
    keys = ["out/a/1.jpg.out", "out/b/1.jpg.out"]
    assert outputs_by_image([ONE, TWO], keys) == {ONE: keys[0], TWO: keys[1]}


def test_an_image_without_an_answer_does_not_get_that_of_its_namesake() -> None:
    assert outputs_by_image([ONE, TWO], ["out/b/1.jpg.out"]) == {TWO: "out/b/1.jpg.out"}


def test_an_image_at_the_root_and_its_namesake_in_a_folder_are_told_apart() -> None:
    root = "s3://images/1.jpg"
    keys = ["out/1.jpg.out", "out/a/1.jpg.out"]
    assert outputs_by_image([ONE, root], keys) == {ONE: keys[1], root: keys[0]}
    with pytest.raises(NotMeasurable, match="may be the answer of"):
        outputs_by_image([ONE, root], keys[:1])


def test_an_answer_that_fits_two_images_is_refused() -> None:
    with pytest.raises(
        NotMeasurable, match=f"out/1.jpg.out may be the answer of {ONE} and of {TWO}"
    ):
        outputs_by_image([ONE, TWO], ["out/1.jpg.out"])


def test_two_answers_that_fit_an_image_equally_well_are_refused() -> None:
    with pytest.raises(NotMeasurable, match=r"x/1\.jpg\.out and y/1\.jpg\.out may both"):
        outputs_by_image([ONE], ["x/1.jpg.out", "y/1.jpg.out"])


def test_of_two_answers_the_better_fitting_one_counts() -> None:
    keys = ["x/1.jpg.out", "x/a/1.jpg.out"]
    assert outputs_by_image([ONE], keys) == outputs_by_image([ONE], keys[::-1]) == {ONE: keys[1]}


def test_the_bucket_tells_apart_what_the_keys_do_not() -> None:
    images = ["s3://cats/1.jpg", "s3://dogs/1.jpg"]
    keys = ["out/cats/1.jpg.out", "out/dogs/1.jpg.out"]
    assert outputs_by_image(images, keys) == dict(zip(images, keys, strict=True))


def test_other_files_and_parts_of_names_do_not_matter() -> None:
    assert outputs_by_image([ONE], ["1.jpg", "1.jpg.json", "11.jpg.out", "x1.jpg.out"]) == {}


@given(st.sets(st.lists(st.sampled_from("abc"), min_size=2, max_size=5).map("/".join), min_size=1))
def test_a_listing_that_keeps_whole_paths_is_never_ambiguous(paths: set[str]) -> None:
    images = {f"s3://{path}.jpg": f"prefix/{path}.jpg.out" for path in paths}
    assert outputs_by_image(images, images.values()) == images


def test_an_image_that_is_listed_twice_has_one_answer() -> None:
    assert outputs_by_image([ONE, ONE], ["1.jpg.out"]) == {ONE: "1.jpg.out"}
