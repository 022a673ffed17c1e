"""The charts' numbers: all images and boxes are in them, at every size of data set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.pages.class_figures import LONGEST_LABEL, MOST_ROWS
from lambdas.pages.figure import Figure
from lambdas.pages.figures import MOST_COLUMNS, ROOM, _grouped, figures
from lambdas.pages.scale import counts, round_step
from tests.unit.pages.pages import any_box, any_record, any_report, report_of

PER_IMAGE = st.dictionaries(st.integers(0, 3_000), st.integers(1, 50), min_size=1).map(
    lambda found: sorted(found.items())
)


def figure(title: str, found: list[Figure]) -> Figure:
    return next(each for each in found if each.title == title)


@given(PER_IMAGE)
def test_every_image_is_in_exactly_one_column(per_image: list[tuple[int, int]]) -> None:
    columns = list(_grouped(per_image))
    assert sum(images for _, images in columns) == sum(images for _, images in per_image)
    assert len({label for label, _ in columns}) == len(columns)


@given(PER_IMAGE)
def test_labels_of_columns_have_room_beside_each_other(per_image: list[tuple[int, int]]) -> None:
    columns = list(_grouped(per_image))
    assert len(columns) <= MOST_COLUMNS
    assert sum(len(label) for label, _ in columns) <= ROOM


@given(st.integers(1, 10**9), st.integers(1, 20))
def test_steps_are_round_and_suffice(highest: int, steps: int) -> None:
    step = round_step(highest, steps)
    assert step * steps >= highest
    assert str(step).rstrip("0") in {"1", "2", "5"}


@pytest.mark.parametrize("highest", [0, 1, 2, 7, 100, 12_345])
def test_counts_are_marked_in_whole_numbers_from_0(highest: int) -> None:
    ticks = counts(highest).ticks()
    assert ticks[0] == 0
    assert all(isinstance(tick, int) and counts(highest).contains(tick) for tick in ticks)


def test_the_tables_hold_the_numbers_of_the_report() -> None:
    names = {"0": "dog", "1": "cat"}
    narrow, low = any_box(class_id=1, width=1), any_box(class_id=1, height=1)
    report = report_of(
        [any_record(n, any_box(), *[narrow, low] * (n % 2), names=names) for n in range(30)]
    )
    found = figures(report)
    tables = [each.table for each in found if each.table is not None]
    classes, balance, per_image, sizes, positions, ratios, class_sizes, images, confidences = tables
    assert classes.rows == [("dog", "0", 30, 30), ("cat", "1", 30, 15)]
    channels = report.statistics.classes
    assert balance.rows[0][:3] == ("dog", channels["0"].train, channels["0"].validation)
    assert per_image.rows == [(1, 15), (3, 15)]
    assert sum(number for row in sizes.rows for number in row[1:]) == 60  # type: ignore[misc]
    assert sum(number for row in positions.rows for number in row[1:]) == 60  # type: ignore[misc]
    assert sum(number for _, number in ratios.rows) == 60  # type: ignore[misc]
    assert class_sizes.rows == [("cat", f"{report.statistics.class_sizes['1']:g}"), ("dog", "42.4")]
    assert images.rows == [("400 × 300", 30)]
    assert ("0.5", 60) in confidences.rows
    assert "30 here" in figure("Box sizes", found).caption


def test_the_balance_is_of_validation_among_all_boxes() -> None:
    report = any_report(100)
    caption = figure("Balance of train and validation", figures(report)).caption
    assert f"{report.split.validation:.1f} %" in caption
    assert f"{report.split.validation} of 100" in caption


def test_a_long_class_name_is_cut_in_the_chart_and_whole_in_the_table() -> None:
    name = "x" * 200
    found = report_of([any_record(n, any_box(), names={"0": name}) for n in range(4)])
    shown = figure("Classes", figures(found))
    assert shown.chart is not None
    assert shown.table is not None
    assert f">{'x' * LONGEST_LABEL}…<" in shown.chart
    assert shown.table.rows[0][0] == name


def test_wide_characters_take_the_room_of_two() -> None:
    found = report_of([any_record(n, any_box(), names={"0": "犬" * 40}) for n in range(4)])
    shown = figure("Classes", figures(found))
    assert shown.chart is not None
    assert f">{'犬' * (LONGEST_LABEL // 2)}…<" in shown.chart


def test_the_page_stays_bounded_with_thousands_of_classes() -> None:
    names = {str(number): f"class {number}" for number in range(1_000)}
    boxes = [
        [any_box(class_id=n) for n in range(start, start + 100)] for start in range(0, 1000, 100)
    ]
    report = report_of([any_record(n, *each, names=names) for n, each in enumerate(boxes * 4)])
    shown = figure("Classes", figures(report))
    assert shown.table is not None
    assert len(shown.table.rows) == MOST_ROWS
    assert shown.table.note == "800 more classes are in report.json."
    assert "20 most frequent of 1,000" in shown.caption
