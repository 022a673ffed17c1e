import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.manifest.validate import Sinks, validate_manifest
from tests.unit.manifest.manifests import (
    SETTINGS,
    Raw,
    any_box,
    any_policy,
    any_record,
    as_line,
    empty_record,
    failed_record,
    good_lines,
    manifest_of,
    run,
    unlabeled_record,
)


def test_every_line_lands_in_exactly_one_output() -> None:
    bad = any_record(1, any_box(left=-5))
    lines = good_lines(60) + manifest_of(bad, unlabeled_record(2), failed_record(3))
    result = run(lines)
    written = result.lines() + [record["record"].encode() + b"\n" for record in result.rejected]
    assert sorted(written) == sorted(lines.splitlines(keepends=True))
    assert result.report.verdict == "accepted"


def test_counts_tell_usable_failed_unlabeled_empty_and_invalid_apart() -> None:
    bad = any_record(1, any_box(left=-5))
    lines = good_lines(60) + manifest_of(
        bad, unlabeled_record(2), failed_record(3), failed_record(4), empty_record(5)
    )
    records = run(lines).report.records
    assert (records.total, records.usable, records.empty) == (65, 61, 1)
    assert (records.failed, records.unlabeled, records.invalid) == (2, 1, 1)


def test_boxes_classes_and_the_fullest_image_are_counted_over_both_channels() -> None:
    names = {"0": "dog", "1": "cat"}
    two = any_record(1, any_box(), any_box(class_id=1, left=0), metadata={"class-map": names})
    report = run(good_lines(30) + as_line(two)).report
    assert report.boxes == 32
    assert report.max_boxes_per_image == 2
    dog, cat = report.classes["0"], report.classes["1"]
    assert (dog.name, dog.boxes, dog.images) == ("dog", 31, 31)
    assert (cat.name, cat.boxes, cat.images) == ("cat", 1, 1)


def test_a_rejected_line_counts_neither_boxes_nor_classes() -> None:
    bad = any_record(1, any_box(), any_box(left=-5), metadata={"class-map": {"0": "dog"}})
    report = run(good_lines(30) + as_line(bad)).report
    assert report.boxes == 30


def test_blank_lines_are_skipped_and_line_numbers_stay_those_of_the_file() -> None:
    result = run(b"\n" + good_lines(30) + b"\r\n \t\n" + as_line(any_record(1, any_box(top=-3))))
    assert result.report.records.total == 31
    assert [record["line"] for record in result.rejected] == [34]


def test_a_missing_line_feed_at_the_end_is_added() -> None:
    result = run(good_lines(30)[:-1])
    assert sorted(result.lines()) == sorted(good_lines(30).splitlines(keepends=True))


def test_carriage_returns_are_kept_before_the_line_feed() -> None:
    lines = good_lines(30).replace(b"\n", b"\r\n")
    result = run(lines)
    assert sorted(result.lines()) == sorted(lines.splitlines(keepends=True))
    assert result.codes == set()


def test_a_byte_order_mark_is_left_out_of_the_output() -> None:
    result = run(b"\xef\xbb\xbf" + good_lines(30))
    assert sorted(result.lines()) == sorted(good_lines(30).splitlines(keepends=True))


@pytest.mark.parametrize("at_once", [1, 7, 1_000, 1 << 20])
def test_the_result_does_not_depend_on_how_the_stream_is_cut(at_once: int) -> None:
    assert run(good_lines(30), at_once=at_once) == run(good_lines(30))


def test_empty_images_can_be_dropped_and_are_then_accounted_for() -> None:
    lines = good_lines(30) + manifest_of(empty_record(1), empty_record(2))
    result = run(lines, any_policy(empty_images="drop"))
    report = result.report
    assert (report.records.usable, report.records.empty) == (32, 2)
    assert report.split.train + report.split.validation == 30
    assert report.statistics.dropped_empty == 2
    assert [record["codes"] for record in result.rejected] == [["empty-image-dropped"]] * 2


def test_with_a_validation_manifest_nothing_is_split() -> None:
    train, validation = good_lines(30), good_lines(7, first=5_000)
    result = run(train, validation=validation)
    assert (result.train, result.validation) == (train, validation)
    assert (result.report.split.train, result.report.split.validation) == (30, 7)


def test_findings_of_the_validation_manifest_say_so() -> None:
    bad = as_line(any_record(1, any_box(left=-5)))
    result = run(good_lines(60), validation=bad + good_lines(7, first=5_000))
    (finding,) = result.report.findings
    assert finding.manifest == "validation"
    assert "validation manifest" in finding.message
    assert [record["manifest"] for record in result.rejected] == ["validation"]


def test_a_class_named_differently_in_the_validation_manifest_rejects_both() -> None:
    cat = any_record(1, metadata={"class-map": {"0": "cat"}})
    result = run(good_lines(30), validation=manifest_of(cat, any_record(2)))
    assert result.report.verdict == "rejected"
    assert "class-name-conflict" in result.codes


def test_an_empty_validation_manifest_is_named() -> None:
    report = run(good_lines(30), validation=b"").report
    assert report.verdict == "rejected"
    assert "the validation manifest" in report.findings[0].message


@pytest.mark.parametrize(("bad", "verdict"), [(5, "accepted"), (6, "rejected")])
def test_invalid_lines_are_tolerated_up_to_their_share(bad: int, verdict: str) -> None:
    lines = good_lines(100 - bad) + manifest_of(
        *(any_record(n, any_box(top=-9)) for n in range(bad))
    )
    assert run(lines).report.verdict == verdict


@pytest.mark.parametrize(("missing", "verdict"), [(20, "accepted"), (21, "rejected")])
def test_unlabeled_and_failed_images_are_tolerated_up_to_their_share(
    missing: int, verdict: str
) -> None:
    absent = manifest_of(failed_record(1), *(unlabeled_record(n) for n in range(missing - 1)))
    assert run(good_lines(100 - missing) + absent).report.verdict == verdict


def test_findings_keep_twenty_lines_and_count_them_all() -> None:
    bad = manifest_of(*(any_record(n, any_box(left=-5)) for n in range(100)))
    finding = run(bad + good_lines(10)).report.findings[1]
    assert finding.code == "box-value-negative"
    assert (finding.count, finding.lines) == (100, list(range(1, 21)))


def test_sinks_get_chunks_of_a_mebibyte() -> None:
    chunks: list[bytes] = []
    sinks = Sinks(chunks.append, *[lambda _: None] * 3)
    validate_manifest(Raw(good_lines(10_000), 1 << 20), any_policy(), sinks)
    assert len(chunks) > 2
    assert all(len(chunk) >= 1 << 20 for chunk in chunks[:-1])


def test_progress_adds_up_to_the_bytes_of_both_manifests() -> None:
    read: list[int] = []
    lines = good_lines(1_000)
    ignore: Callable[[bytes], None] = lambda _: None  # noqa: E731
    sinks = Sinks(ignore, ignore, ignore, ignore)
    validate_manifest(Raw(lines), any_policy(), sinks, Raw(lines), read.append)
    assert sum(read) == 2 * len(lines)


class Endless(Raw):
    """Good lines, then one line that goes on and on."""

    def __init__(self, size: int) -> None:
        super().__init__(good_lines(30))
        self._left = size

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        if count == 0 and self._left:
            count = min(len(buffer), self._left)
            self._left -= count
            buffer[:count] = b"x" * count
        return count


def test_a_line_without_end_does_not_fill_the_memory() -> None:
    ignore: Callable[[bytes], None] = lambda _: None  # noqa: E731
    tracemalloc.start()
    report = validate_manifest(
        Endless(30 << 20), any_policy(), Sinks(ignore, ignore, ignore, ignore)
    )
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert report.records.total == 31
    assert [finding.code for finding in report.findings] == ["line-unread"]
    assert peak < 8 << 20


def test_a_line_longer_than_ground_truth_takes_is_a_warning() -> None:
    padding = 100_000 - len(as_line(any_record(1, note="")).decode()) + 1
    at_limit = any_record(1, note="é" * padding)
    too_long = any_record(2, note="é" * (padding + 1))
    result = run(good_lines(60) + manifest_of(at_limit, too_long))
    assert result.report.records.usable == 62
    (finding,) = result.report.findings
    assert (finding.code, finding.lines) == ("line-too-long", [62])


def test_reading_a_compressed_file_ends_at_once() -> None:
    read: list[int] = []
    ignore: Callable[[bytes], None] = lambda _: None  # noqa: E731
    sinks = Sinks(ignore, ignore, ignore, ignore)
    data = b"\x1f\x8b" + bytes(5 << 20)
    validate_manifest(Raw(data, 1 << 20), any_policy(), sinks, on_read=read.append)
    assert sum(read) < 1 << 20


def test_an_array_of_records_over_many_lines_is_recognised() -> None:
    lines = b"[\n" + good_lines(10).replace(b"\n", b",\n")[:-2] + b"\n]\n"
    assert run(lines).codes == {"pretty-printed"}


def test_a_broken_first_line_alone_is_not_taken_for_a_pretty_printed_file() -> None:
    result = run(as_line(any_record(1))[:-3] + b"\n" + good_lines(60))
    assert result.codes == {"not-json"}
    assert result.report.verdict == "accepted"


def test_the_document_has_the_promised_keys() -> None:
    document = json.loads(run(good_lines(30) + as_line(any_record(1_000))).report.to_json())
    assert list(document) == [
        "verdict",
        "label_attribute",
        "records",
        "boxes",
        "max_boxes_per_image",
        "classes",
        "split",
        "hyperparameters",
        "findings",
        "statistics",
    ]
    assert list(document["records"]) == [
        "total",
        "usable",
        "failed",
        "unlabeled",
        "empty",
        "invalid",
    ]
    assert document["classes"] == {"0": {"name": "dog", "boxes": 31, "images": 31}}
    assert list(document["split"]) == ["train", "validation", "test"]
    assert list(document["findings"][0]) == [
        "code",
        "severity",
        "count",
        "lines",
        "message",
        "fix",
    ]


def test_hyperparameters_follow_from_the_data() -> None:
    crowd = any_record(1, *(any_box(left=n) for n in range(100)))
    report = run(good_lines(60) + as_line(crowd)).report
    assert report.hyperparameters == {
        "num_classes": "1",
        "num_training_samples": str(report.split.train),
        "label_width": "510",
        "mini_batch_size": "2",
    }


def test_label_width_stays_at_the_algorithms_default_where_that_suffices() -> None:
    assert run(good_lines(60)).report.hyperparameters["label_width"] == "350"


def test_num_classes_is_the_highest_id_plus_one() -> None:
    seven = any_record(1, any_box(class_id=7), metadata={"class-map": {"7": "cat"}})
    report = run(good_lines(60) + as_line(seven)).report
    assert report.hyperparameters["num_classes"] == "8"


@pytest.mark.parametrize(("held_out", "smaller"), [(3, "validation"), (90, "train")])
def test_a_batch_is_never_larger_than_the_smaller_channel(held_out: int, smaller: str) -> None:
    policy = any_policy(hyperparameters=SETTINGS | {"mini_batch_size": "500"})
    report = run(good_lines(60), policy, validation=good_lines(held_out, first=5_000)).report
    assert report.hyperparameters["mini_batch_size"] == str(min(60, held_out))
    assert f"the images of the {smaller} channel" in report.findings[0].message
