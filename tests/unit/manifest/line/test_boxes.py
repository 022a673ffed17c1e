from typing import Any

import pytest

from tests.unit.manifest.manifests import any_box, any_record, as_line, good_lines, run


def codes_of(*boxes: dict[str, Any]) -> set[str]:
    metadata = {"class-map": {"0": "dog", "1": "dog2"}}
    return run(good_lines() + as_line(any_record(1, *boxes, metadata=metadata))).codes - {
        "class-missing-in-train",
        "class-missing-in-validation",
    }


@pytest.mark.parametrize(
    "box",
    [
        any_box(left=439),
        any_box(top=272),
        any_box(left=0, top=0, width=500, height=400),
        any_box(left=438.7, width=61.3),
        any_box(left=95.39999999999998, top=0.5, width=0.1 + 61, height=10.25),
        any_box(left=499.7, width=0.1 + 0.2),
        any_box(left=438.9, width=61.1 + 1e-13),
    ],
)
def test_a_box_up_to_the_image_edge_is_accepted(box: dict[str, Any]) -> None:
    assert codes_of(box) <= {"boxes-too-small"}


@pytest.mark.parametrize(
    ("box", "code"),
    [
        (any_box(left=440), "box-outside-image"),
        (any_box(top=273), "box-outside-image"),
        (any_box(left=439.99), "box-overshoots-edge"),
        (any_box(left=-0.4), "box-overshoots-edge"),
        (any_box(left=-1.0), "box-value-negative"),
        (any_box(top=-1), "box-value-negative"),
        (any_box(width=0), "box-without-area"),
        (any_box(height=-0.5), "box-without-area"),
        (any_box(height=True), "box-value-not-a-number"),
        (any_box(height=None), "box-value-not-a-number"),
        (any_box(left="1"), "box-value-not-a-number"),
        (any_box(left=[1]), "box-value-not-a-number"),
        (any_box(left=10**30), "box-outside-image"),
        (any_box(left=10**50), "box-value-not-a-number"),
        (any_box(left=1e308, width=1e308), "box-outside-image"),
        (any_box(class_id=True), "class-id-not-an-integer"),
        (any_box(class_id=1.0), "class-id-not-an-integer"),
        (any_box(class_id=None), "class-id-not-an-integer"),
        (any_box(class_id=10_000), "class-id-out-of-range"),
        (any_box(class_id=2), "class-id-unnamed"),
    ],
)
def test_a_box_value_that_breaks_a_rule_is_named(box: dict[str, Any], code: str) -> None:
    assert codes_of(box) == {code}


def test_equal_boxes_of_two_classes_are_no_duplicates() -> None:
    assert codes_of(any_box(), any_box(class_id=1)) == set()


def test_equal_boxes_are_duplicates_even_if_written_as_int_and_float() -> None:
    assert codes_of(any_box(), any_box(left=111.0)) == {"duplicate-box"}


def test_boxes_that_only_begin_at_the_same_column_are_no_duplicates() -> None:
    assert codes_of(any_box(), any_box(top=10), any_box(width=10)) == set()


def test_a_box_may_carry_other_keys() -> None:
    assert codes_of(any_box(note="blurred", tags=["x"])) == set()


def test_the_message_names_the_box_and_what_was_found() -> None:
    line = as_line(any_record(1, any_box(left=10), any_box(left=440)))
    (finding,) = run(good_lines() + line).report.findings
    assert finding.message == "line 41: box 2 ends at x 501, y 262, outside the 500x400 image"


def test_one_line_can_break_several_rules_and_counts_once() -> None:
    line = as_line(any_record(1, any_box(left=-9), any_box(width=0), any_box(class_id=5)))
    result = run(good_lines() + line)
    assert len(result.codes) == 3
    assert result.report.records.invalid == 1
    assert len(result.rejected) == 1
    assert set(result.rejected[0]["codes"]) == result.codes
