import json
import random
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.manifest.split.group_hash import key_hash, key_start
from tests.unit.manifest.manifests import any_policy, any_record, as_line, manifest_of, run


def by_key(source_ref: str) -> int:
    return key_hash()(source_ref[key_start(source_ref) :])


def images(lines: bytes) -> set[str]:
    return {json.loads(line)["source-ref"] for line in lines.splitlines()}


def records(numbers: range) -> bytes:
    return manifest_of(*(any_record(number) for number in numbers))


def test_the_split_meets_its_fraction_within_one_percent() -> None:
    split = run(records(range(10_000))).report.split
    assert abs(split.validation / 10_000 - 0.2) < 0.01


def test_an_image_stays_on_its_side_when_the_data_set_grows() -> None:
    small, large = run(records(range(500))), run(records(range(1_500)))
    assert images(small.train) <= images(large.train)
    assert images(small.validation) <= images(large.validation)


@given(seed=st.integers(), count=st.integers(2, 40))
def test_the_split_does_not_depend_on_the_order_of_lines(seed: int, count: int) -> None:
    lines = records(range(count)).splitlines(keepends=True)
    random.Random(seed).shuffle(lines)
    shuffled, ordered = run(b"".join(lines)), run(records(range(count)))
    assert images(shuffled.train) == images(ordered.train)
    assert images(shuffled.validation) == images(ordered.validation)


@given(
    numbers=st.sets(st.integers(0, 10**6), min_size=2, max_size=12),
    fraction=st.floats(1e-6, 1 - 1e-6),
)
def test_neither_side_stays_empty_if_there_are_two_images(
    numbers: set[int], fraction: float
) -> None:
    lines = manifest_of(*(any_record(number) for number in sorted(numbers)))
    split = run(lines, any_policy(validation_fraction=fraction)).report.split
    assert split.train >= 1
    assert split.validation >= 1
    assert split.train + split.validation == len(numbers)


def test_the_split_is_the_same_whatever_the_images_bucket() -> None:
    here = records(range(60))
    there = here.replace(b"s3://", b"s3://copy-of-")
    split, copied = run(here), run(there)
    assert split.train == copied.train.replace(b"s3://copy-of-", b"s3://")
    assert split.validation == copied.validation.replace(b"s3://copy-of-", b"s3://")


def test_equal_keys_in_two_buckets_are_two_images() -> None:
    line = as_line(any_record(1))
    result = run(line + line.replace(b"s3://", b"s3://copy-of-") + records(range(2, 40)))
    assert "duplicate-image" not in result.codes


def test_the_split_is_the_same_in_another_process() -> None:
    program = "from lambdas.manifest.split.group_hash import key_hash; print(key_hash()('1.jpg'))"
    outputs = {
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
        for _ in range(2)
    }
    assert outputs == {b"1488257335860429838\n"}


def test_the_frames_of_a_sequence_stay_on_one_side() -> None:
    frames = [
        any_record(0, source__ref=f"s3://images/clip{clip}/frame{frame}.jpg")
        for clip in range(30)
        for frame in range(10)
    ]
    policy = any_policy(group_pattern=r"(clip\d+)/frame\d+")
    result = run(manifest_of(*frames), policy)
    clips = [{image.split("/")[3] for image in images(side)} for side in result[1:3]]
    assert not clips[0] & clips[1]
    assert len(clips[0] | clips[1]) == 30


def test_a_whole_sequence_changes_over_when_a_side_would_stay_empty() -> None:
    frames = [
        any_record(0, source__ref=f"s3://images/clip{clip}/frame{frame}.jpg")
        for clip in range(3)
        for frame in range(4)
    ]
    policy = any_policy(group_pattern=r"clip\d+", validation_fraction=1e-9)
    split = run(manifest_of(*frames), policy).report.split
    assert (split.train, split.validation) == (8, 4)


@pytest.mark.parametrize(("fraction", "nearest"), [(1e-9, min), (1 - 1e-9, max)])
def test_the_image_nearest_to_the_other_side_is_the_one_that_changes_over(
    fraction: float, nearest: Callable[..., str]
) -> None:
    result = run(records(range(20)), any_policy(validation_fraction=fraction))
    sides = images(result.train), images(result.validation)
    (moved,) = min(sides, key=len)
    assert moved == nearest(sides[0] | sides[1], key=by_key)


def test_counts_follow_a_sequence_that_changed_over() -> None:
    policy = any_policy(validation_fraction=1e-9)
    statistics = run(records(range(5)), policy).report.statistics
    counts = statistics.classes["0"]
    assert (counts.train, counts.validation) == (4, 1)


def test_lines_with_an_optional_group_that_does_not_match_are_still_placed() -> None:
    policy = any_policy(group_pattern=r"images(/nothing)?")
    result = run(as_line(any_record(1)) + as_line(any_record(2)), policy)
    assert result.codes == {"channel-empty"}
