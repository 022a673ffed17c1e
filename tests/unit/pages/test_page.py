"""The page as people read it: every number of the report, and words where there is none."""

import re

from lambdas.pages.samples import (
    MOST_BYTES,
    MOST_FRAMES,
    MOST_PICTURE_BYTES,
    Picture,
)
from tests.unit.pages.pages import any_box, any_record, any_report, page_of, report_of

SPARE = {"max_invalid_fraction": 1.0, "max_unlabeled_fraction": 1.0}


def test_verdict_manifest_and_label_attribute_come_first() -> None:
    assert page_of(any_report()).text.startswith(
        "Accepted: dogs.manifest ✓ Accepted dogs.manifest Label attribute bb ."
    )


def test_the_counts_of_records_are_there_and_add_up() -> None:
    failed = {"source-ref": "s3://images/x.jpg", "bb-metadata": {"failure-reason": "expired"}}
    usable = [any_record(number, any_box()) for number in range(10)]
    report = report_of(
        [*usable, any_record(10), failed, {"source-ref": "s3://images/y.jpg"}, []], **SPARE
    )
    text = page_of(report).text
    assert "14 records = 11 usable + 1 failed + 1 unlabeled + 1 invalid" in text
    assert "Of the usable, 1 has no box." in text
    assert (
        f"Train records {report.split.train} Validation records {report.split.validation}" in text
    )


def test_empty_images_that_are_left_out_are_said_to_be() -> None:
    records = [any_record(number, any_box()) for number in range(10)]
    report = report_of([*records, any_record(10), any_record(11)], empty_images="drop")
    assert "2 have no box; 2 of them are left out of both channels." in page_of(report).text


def test_every_computed_hyperparameter_is_there() -> None:
    report = any_report()
    text = page_of(report).text
    assert report.hyperparameters
    for name, value in report.hyperparameters.items():
        assert f"{name} {value}" in text


def test_every_finding_is_there_with_its_count_lines_message_and_fix() -> None:
    broken = any_record(99, any_box(left=-5))
    report = report_of([*(any_record(number, any_box()) for number in range(10)), broken], **SPARE)
    assert report.findings
    text = page_of(report).text
    for finding in report.findings:
        for part in (finding.code, f"×{finding.count}", finding.message, finding.fix):
            assert part in text
    assert "Line 11" in text


def test_a_rejected_manifest_without_any_record_has_words_instead_of_charts() -> None:
    page = page_of(report_of([{"source-ref": "s3://images/x.jpg"}] * 3))
    assert "✗ Rejected" in page.text
    assert "No label attribute." in page.text
    assert page.text.count("No usable record has a box.") == 5
    assert "There is no usable record." in page.text
    assert not page.named("svg")


def test_every_chart_has_a_name_for_those_who_do_not_see_it_and_a_table() -> None:
    page = page_of(any_report())
    charts = [svg for svg in page.named("svg") if svg["class"] == "chart"]
    assert len(charts) == len(page.named("table")) == 9
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.named("svg"))


def test_a_picture_is_drawn_under_the_boxes_of_its_record() -> None:
    picture = Picture(b"content", "image/png")
    page = page_of(any_report(), pictures={"s3://images/0003.jpg": picture})
    (image,) = page.named("image")
    assert image["href"] == "data:image/png;base64,Y29udGVudA=="
    assert (image["width"], image["height"]) == ("400", "300")
    (box,) = [rect for rect in page.named("rect") if rect.get("class") == "box"]
    assert [box[name] for name in ("x", "y", "width", "height")] == ["100", "50", "60", "40"]
    assert "1 of 20 usable records. 19 more were sampled" in page.text
    assert "0003.jpg line 4, 400 × 300" in page.text


def test_without_pictures_some_boxes_are_drawn_on_empty_frames() -> None:
    page = page_of(any_report())
    frames = [rect for rect in page.named("rect") if rect.get("class") == "frame"]
    assert len(frames) == MOST_FRAMES
    assert not page.named("image")
    assert "images were not to be had" in page.text


def test_a_picture_that_is_too_large_is_left_out() -> None:
    large = Picture(b"x" * (MOST_PICTURE_BYTES + 1), "image/jpeg")
    fitting = Picture(b"x" * MOST_PICTURE_BYTES, "image/jpeg")
    page = page_of(any_report(), pictures={"s3://images/0003.jpg": large})
    assert not page.named("image")
    page = page_of(any_report(), pictures={"s3://images/0003.jpg": fitting})
    assert len(page.named("image")) == 1


def test_pictures_stop_where_the_page_would_get_too_large_to_mail() -> None:
    picture = Picture(b"x" * MOST_PICTURE_BYTES, "image/jpeg")
    page = page_of(
        any_report(), pictures={f"s3://images/{number:04}.jpg": picture for number in range(20)}
    )
    assert len(page.named("image")) == MOST_BYTES // MOST_PICTURE_BYTES


def test_classes_below_an_image_are_limited_in_number_and_length() -> None:
    names = {str(number): f"{number}-{'x' * 200}" for number in range(12)}
    boxes = [any_box(class_id=number, left=number) for number in range(12)]
    page = page_of(report_of([any_record(n, *boxes, names=names) for n in range(4)]))
    assert page.text.count("+4 more classes") == 4
    assert not re.search("x{200}", page.text.partition("Images Boxes of")[2])


def test_every_rule_that_is_named_is_explained_on_the_page() -> None:
    outside = any_record(99, any_box(left=390))
    page = page_of(report_of([any_record(n, any_box()) for n in range(40)] + [outside]))
    links = {attributes["href"] for attributes in page.named("a")}
    explained = {f"#{attributes['id']}" for attributes in page.named("dt") if "id" in attributes}
    assert "#rule-box-outside-image" in links
    assert links == explained


def test_the_lines_that_findings_name_are_drawn_with_their_boxes() -> None:
    outside = any_record(99, any_box(left=390), any_box())
    report = report_of([any_record(n, any_box()) for n in range(40)] + [outside])
    (drawn,) = report.statistics.found
    assert (drawn.line, drawn.codes, len(drawn.boxes)) == (41, ["box-outside-image"], 2)
    assert "line 41" in page_of(report).text


def test_rare_classes_are_among_the_images() -> None:
    names = {"0": "dog", "1": "cat"}
    rare = any_record(999, any_box(class_id=1), names=names)
    lines = [any_record(n, any_box()) for n in range(400)]
    report = report_of([*lines[:333], rare, *lines[333:]])
    assert report.statistics.rare[0].line == 334
    assert 334 in [record.line for record in report.statistics.drawn()]
