"""The test part: held out by the hash of the image, from what would be trained on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.manifest.line.record import Record
from lambdas.manifest.split.channel import FLUSH, Channel, Output
from lambdas.manifest.split.group_hash import HASH_BITS
from lambdas.manifest.split.holding_out import HoldingOut
from lambdas.manifest.split.splitter import Splitter
from tests.unit.manifest.manifests import any_policy, any_record, manifest_of, run


def images(lines: bytes) -> set[str]:
    return {json.loads(line)["source-ref"] for line in lines.splitlines()}


def records(count: int) -> bytes:
    return manifest_of(*map(any_record, range(count)))


def test_the_test_part_meets_its_fraction_within_one_percent() -> None:
    split = run(records(10_000), any_policy(test_fraction=0.1)).report.split
    assert abs(split.test / 10_000 - 0.1) < 0.01
    assert abs(split.validation / 10_000 - 0.2) < 0.01


@given(count=st.integers(0, 60), fraction=st.floats(0.01, 0.79))
def test_every_image_is_in_one_part_and_validation_keeps_its_own(
    count: int, fraction: float
) -> None:
    lines = records(count) or b"\n"
    without, found = run(lines), run(lines, any_policy(test_fraction=fraction))
    parts = [images(part) for part in (found.train, found.validation, found.test)]
    assert sum(map(len, parts)) == len(set().union(*parts)) == count
    split = found.report.split
    assert [split.train, split.validation, split.test] == list(map(len, parts))
    if len(parts[0]) > 1 and len(parts[1]) > 1:
        assert parts[1] >= images(without.validation) - parts[2]


def test_an_image_stays_in_the_test_part_when_the_data_set_and_the_fraction_grow() -> None:
    small = run(records(300), any_policy(test_fraction=0.1)).test
    large = run(records(900), any_policy(test_fraction=0.2)).test
    assert small
    assert images(small) < images(large)


def test_a_group_is_held_out_as_a_whole() -> None:
    lines = manifest_of(
        *(
            any_record(source__ref=f"s3://images/clip{number // 10}/{number}.jpg")
            for number in range(400)
        )
    )
    policy = any_policy(group_pattern=r"clip\d+", test_fraction=0.3)
    found = run(lines, policy)
    clips = [{image.split("/")[-2] for image in images(part)} for part in (found.train, found.test)]
    assert clips[0]
    assert clips[1]
    assert not clips[0] & clips[1]


def test_a_manifest_that_was_split_beforehand_has_no_test_part() -> None:
    found = run(records(50), any_policy(test_fraction=0.5), validation=records(50))
    assert (found.report.split.train, found.test) == (50, b"")


def test_the_test_part_is_counted_in_the_classes_and_in_where_lines_went() -> None:
    report = run(records(200), any_policy(test_fraction=0.25)).report
    (boxes,) = report.statistics.classes.values()
    assert boxes.test > 0
    assert boxes.train + boxes.validation + boxes.test == report.boxes == 200
    assert report.fates()["test"] == report.split.test
    assert int(report.hyperparameters["num_training_samples"]) == report.split.train


@pytest.mark.parametrize("fraction", [-0.1, 0.8, 1.0, float("nan")])
def test_a_share_that_leaves_nothing_to_train_on_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="test_fraction"):
        any_policy(test_fraction=fraction)


def test_the_test_part_of_a_long_manifest_does_not_wait_in_memory() -> None:
    written: list[bytes] = []
    train, validation = Channel(Output(len)), Channel(Output(len))
    splitter = Splitter(train, validation, 0.2, grouped=False)
    parts = HoldingOut(splitter, Channel(Output(written.append)), 0.5)
    record = Record("s3://b/1.jpg", 1, 1, [], [], set(), {}, 0, {}, (), 0)
    parts.channel((1 << HASH_BITS) - 1, set()).add(bytes(FLUSH), record)
    parts.settle()
    assert written
