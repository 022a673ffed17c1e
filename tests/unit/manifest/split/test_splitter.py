import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.manifest.line.record import Record
from lambdas.manifest.split.channel import Channel, Output
from lambdas.manifest.split.group_hash import key_hash, key_start
from lambdas.manifest.split.splitter import CANDIDATES, MOST_CLASSES, Splitter
from tests.unit.manifest.manifests import (
    Result,
    any_box,
    any_policy,
    any_record,
    as_line,
    manifest_of,
    run,
)


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


def classes_on(lines: bytes) -> Counter[int]:
    """How many images of each class there are."""
    found: Counter[int] = Counter()
    for line in lines.splitlines():
        found.update({box["class_id"] for box in json.loads(line)["bb"]["annotations"]})
    return found


def with_classes(number: int, class_ids: Iterable[int]) -> dict[str, Any]:
    boxes = [any_box(class_id=class_id, left=class_id) for class_id in class_ids]
    names = {str(class_id): f"class {class_id}" for class_id in range(8)}
    return any_record(number, *boxes, metadata={"class-map": names})


label_sets = st.lists(st.sets(st.integers(0, 7), min_size=1, max_size=3), min_size=2, max_size=60)


@given(label_sets, st.floats(0.02, 0.98), st.randoms(use_true_random=False))
def test_a_split_with_rare_classes_does_not_depend_on_the_order_either(
    label_sets: list[set[int]], fraction: float, chance: random.Random
) -> None:
    lines = [as_line(with_classes(n, found)) for n, found in enumerate(label_sets)]
    policy = any_policy(validation_fraction=fraction)
    ordered = run(b"".join(lines), policy)
    chance.shuffle(lines)
    shuffled = run(b"".join(lines), policy)
    assert images(shuffled.train) == images(ordered.train)
    assert images(shuffled.validation) == images(ordered.validation)
    assert ordered.report.split.train + ordered.report.split.validation == len(lines)


@given(st.lists(st.integers(0, 7), min_size=5, max_size=120), st.floats(0.02, 0.98))
def test_every_class_with_five_images_of_its_own_has_one_on_both_sides(
    class_ids: list[int], fraction: float
) -> None:
    lines = manifest_of(*(with_classes(n, {class_id}) for n, class_id in enumerate(class_ids)))
    result = run(lines, any_policy(validation_fraction=fraction))
    train, validation = classes_on(result.train), classes_on(result.validation)
    assert train + validation == Counter(class_ids)
    for class_id, count in Counter(class_ids).items():
        if count >= 5:
            assert train[class_id] >= 1
            assert validation[class_id] >= 1


def test_classes_that_share_images_have_one_on_both_sides() -> None:
    for seed in range(40):
        chance = random.Random(seed)
        sets = [set(chance.sample(range(8), chance.randint(1, 3))) for _ in range(60)]
        lines = manifest_of(*(with_classes(1_000 * seed + n, s) for n, s in enumerate(sets)))
        result = run(lines, any_policy(validation_fraction=0.05))
        assert set(classes_on(result.train)) == set(range(8))
        assert set(classes_on(result.validation)) == set(range(8))
        assert not {code for code in result.codes if code.startswith("class-missing")}


def test_a_class_of_four_images_follows_its_hashes() -> None:
    lines = [with_classes(n, {1} if n < 4 else {0}) for n in range(60)]
    policy = any_policy(validation_fraction=1e-9)
    result = run(manifest_of(*lines), policy)
    assert (classes_on(result.validation)[1], classes_on(result.validation)[0]) == (0, 1)


def test_an_image_of_a_large_class_stays_on_its_side_when_rare_classes_come_in() -> None:
    common = [with_classes(n, {0}) for n in range(400)]
    rare = [with_classes(1_000 + n, {1 + n // 5}) for n in range(35)]
    small, large = run(manifest_of(*common)), run(manifest_of(*common, *rare))
    assert images(small.train) <= images(large.train)
    assert images(small.validation) <= images(large.validation)


def test_few_lines_are_held_back_however_many_there_are() -> None:
    train, validation = Channel(Output(len)), Channel(Output(len))
    splitter = Splitter(train, validation, 1e-9, grouped=False)
    record = Record("s3://b/1.jpg", 1, 1, [], [], set(), {}, 0, {}, (), 0)
    hashed = key_hash()
    for number in range(20_000):
        used = {number % 2_000}
        splitter.channel(hashed(f"{number}"), used).add(b"{}", record)
        assert len(splitter._held) <= CANDIDATES * (MOST_CLASSES + 1)
    splitter.close()
    assert train.records + validation.records == 20_000


def sides_of(result: Result) -> list[set[str]]:
    """The keys of the images of each part."""
    parts = (result.train, result.validation, result.test)
    return [{image.split("/")[3] for image in images(part)} for part in parts]


namesakes = st.lists(
    st.tuples(
        st.sampled_from(["images", "copies", "more-images"]),
        st.integers(0, 15),
        st.sampled_from([{0}, {0, 2}, {1}, {1, 2}]),
    ),
    min_size=20,
    max_size=48,
    unique_by=lambda image: image[:2],
)


@given(namesakes, st.floats(0.02, 0.3), st.sampled_from([0, 0.05]))
def test_a_group_is_on_one_side_whatever_its_classes_its_buckets_and_the_order(
    found: list[tuple[str, int, set[int]]], fraction: float, test_fraction: float
) -> None:
    lines = [
        with_classes(0, classes) | {"source-ref": f"s3://{bucket}/{key}.jpg"}
        for bucket, key, classes in found
    ]
    policy = any_policy(
        group_pattern=r"\d+\.jpg$", validation_fraction=fraction, test_fraction=test_fraction
    )
    sides = sides_of(run(manifest_of(*lines), policy))
    assert sum(map(len, sides)) == len({key for _, key, _ in found})


def test_without_a_pattern_an_image_may_change_over_for_its_class_and_leave_a_namesake() -> None:
    rare = [*range(8, 12), 0]
    lines = [with_classes(0, {0}) | {"source-ref": f"s3://images/{key}.jpg"} for key in range(8)]
    lines += [with_classes(0, {0, 2}) | {"source-ref": f"s3://copies/{key}.jpg"} for key in rare]
    policy = any_policy(validation_fraction=0.125)
    train, validation, _ = sides_of(run(manifest_of(*lines), policy))
    assert train & validation == {"0.jpg"}
    together = sides_of(run(manifest_of(*reversed(lines)), policy))
    assert not together[0] & together[1]
