import json

from lambdas.manifest.report import Report
from tests.unit.manifest.manifests import (
    any_box,
    any_policy,
    any_record,
    as_line,
    empty_record,
    good_lines,
    manifest_of,
    run,
)


def many_classes(count: int) -> bytes:
    names = {str(number): f"class {number}" for number in range(count)}
    boxes = [any_box(class_id=number, left=number) for number in range(count)]
    return manifest_of(*(any_record(n, *boxes, metadata={"class-map": names}) for n in range(30)))


def badly_broken() -> Report:
    return run(
        manifest_of(
            *(any_record(n, any_box(left=-1)) for n in range(30)),
            *(any_record(n, any_box(width=0)) for n in range(10)),
            any_record(99),
        )
    ).report


def test_the_cause_names_what_rejects_first_then_what_is_most_frequent() -> None:
    lines = badly_broken().cause().split("\n")
    assert lines[0] == "Manifest rejected: 1 of 41 records are usable."
    assert lines[1].startswith("too-many-invalid-lines x1: 40 of 41 lines are invalid (97.6 %)")
    assert lines[2].startswith("box-value-negative x30, lines 1, 2, 3, 4, 5, ...: line 1: box 1:")
    assert lines[3].startswith("box-without-area x10, lines 31, 32,")


def test_the_cause_stays_within_its_limit_and_says_what_it_left_out() -> None:
    report = badly_broken()
    for limit in range(60, 1_500, 7):
        cause = report.cause(limit)
        assert len(cause) <= limit
        assert cause.startswith("Manifest rejected")
    assert "+2 more findings" in report.cause(300)


def test_the_summary_is_small_however_many_classes() -> None:
    summary = run(many_classes(200)).report.summary()
    assert len(summary["classes"]) == 51
    assert summary["classes"][-1] == "+150 more"
    assert len(json.dumps(summary)) < 4_000


def test_the_summary_counts_warnings() -> None:
    report = run(good_lines(30) + as_line(any_record(1_000))).report
    assert report.summary()["warnings"] == ["duplicate-image ×1"]
    assert report.summary()["verdict"] == "accepted"


def test_statistics_count_images_by_their_boxes() -> None:
    report = run(many_classes(3) + manifest_of(empty_record(100), empty_record(101))).report
    assert report.statistics.boxes_per_image == [(0, 2), (3, 30)]


def test_statistics_count_boxes_by_their_size_at_image_shape() -> None:
    tiny = any_record(1, any_box(width=3, height=400, top=0))
    statistics = run(good_lines(30) + as_line(tiny)).report.statistics
    assert statistics.size_edges == [0, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert statistics.box_sizes[-1][0] == 1  # 1.8 pixels wide, as high as the image
    assert statistics.sampled_boxes == sum(map(sum, statistics.box_sizes)) == 31


def test_boxes_that_vanish_when_scaled_are_counted_with_their_share() -> None:
    tiny = any_record(1, any_box(width=2), any_box(height=2), any_box(left=0))
    (finding,) = run(
        good_lines(30) + manifest_of(tiny, any_record(2, any_box(width=1)))
    ).report.findings
    assert finding.message.startswith("3 of 34 boxes (8.8 %) shrink below 2 pixels")
    assert (finding.count, finding.lines) == (2, [31, 32])


def test_statistics_show_where_boxes_lie() -> None:
    corner = any_record(1, any_box(left=490, top=390, width=10, height=10))
    statistics = run(good_lines(30) + as_line(corner)).report.statistics
    assert statistics.positions[-1][-1] == 1
    assert sum(map(sum, statistics.positions)) == 31


def test_statistics_stay_small_on_long_manifests() -> None:
    report = run(good_lines(20_000), at_once=1 << 20).report
    assert 2_000 < report.statistics.sampled_boxes <= 8_192
    assert 12 <= len(report.statistics.samples) <= 24
    lines = [sample.line for sample in report.statistics.samples]
    assert lines == sorted(lines)
    assert lines[0] < 1_000
    assert lines[-1] > 18_000
    assert len(report.to_json()) < 40_000


def test_the_sample_is_even_over_the_length_of_the_manifest() -> None:
    left, right = any_box(left=0), any_box(left=439)
    lines = [any_record(n, left if n < 15_000 else right) for n in range(30_000)]
    statistics = run(manifest_of(*lines), at_once=1 << 20).report.statistics
    on_the_left = sum(sum(row[:8]) for row in statistics.positions)
    assert abs(on_the_left / statistics.sampled_boxes - 0.5) < 0.05


def test_samples_show_images_with_their_boxes() -> None:
    crowd = any_record(1, *(any_box(left=number) for number in range(300)))
    sample = run(as_line(crowd) + good_lines(10)).report.statistics.samples[0]
    assert (sample.line, sample.source_ref) == (1, "s3://images/000001.jpg")
    assert (sample.width, sample.height) == (500, 400)
    assert len(sample.boxes) == 100
    assert sample.boxes[1].left == 1


def test_a_report_of_nothing_is_still_a_report() -> None:
    report = run(b"").report
    assert (report.verdict, report.hyperparameters, report.classes) == ("rejected", {}, {})
    assert json.loads(report.to_json())["records"]["total"] == 0


def test_the_class_balance_of_the_channels_adds_up() -> None:
    report = run(many_classes(3), any_policy(validation_fraction=0.5)).report
    for class_id, counts in report.statistics.classes.items():
        assert counts.train + counts.validation == report.classes[class_id].boxes


def test_samples_give_sizes_in_whole_numbers_however_they_are_written() -> None:
    size = {"width": 500.0, "height": 400.0, "depth": 3}
    lines = manifest_of(*(any_record(n, label={"image_size": [size]}) for n in range(30)))
    samples = run(lines).report.statistics.samples
    assert {type(side) for sample in samples for side in (sample.width, sample.height)} == {int}


def test_every_line_has_one_fate() -> None:
    lines = good_lines(30) + as_line(empty_record(500)) + as_line(any_record(501, any_box(left=-1)))
    report = run(lines, any_policy(empty_images="drop")).report
    assert report.verdict == "accepted"
    fates = report.fates()
    assert fates["train"] + fates["validation"] == 30
    assert (fates["dropped-empty"], fates["invalid"]) == (1, 1)
    assert sum(fates.values()) == report.records.total == 32


def test_the_usable_lines_of_a_rejected_manifest_train_nothing() -> None:
    report = badly_broken()
    fates = report.fates()
    assert fates["manifest-rejected"] == 1
    assert "train" not in fates
    assert sum(fates.values()) == report.records.total
