"""evaluation.html as people read it, and as a target: its text comes from strangers."""

import re
from typing import Any

import pytest

from lambdas.evaluation.review import Review
from lambdas.pages.evaluation.cases import MOST_BYTES, MOST_NOTES, MOST_PICTURE_BYTES
from lambdas.pages.evaluation.confusion_table import MOST_CLASSES, confusion_table
from lambdas.pages.evaluation.figures import MOST_CURVES, missed_by_size, precision_recall
from lambdas.pages.evaluation.page import evaluation_page
from lambdas.pages.samples import Picture
from tests.unit.evaluation.references import Case
from tests.unit.evaluation_page.subjects import any_case, evaluation_of, subject_of
from tests.unit.pages.pages import Page
from tests.unit.pages.test_page_is_safe import HOSTILE, assert_harmless

PICTURE = Picture(b"content", "image/jpeg")


def page_of(case: Case, pictures: dict[str, Picture] | None = None, **changes: Any) -> Page:
    return Page(evaluation_page(subject_of(case, **changes), pictures or {}))


def test_figures_images_and_what_they_were_measured_on_come_first() -> None:
    text = page_of(any_case(), missing=2).text
    found = evaluation_of(any_case())
    assert "Evaluation of model-2" in text
    assert "Measured on 6 validation images with 6 boxes; 2 more had no predictions" in text
    low, high = found.interval.ap50 or (0, 0)
    assert f"AP50 {found.coco.ap50:.3f} {low:.3f} to {high:.3f}" in text
    assert f"Set the score threshold to {found.best_f1.threshold:.3f}" in text


def test_classes_come_worst_first_with_their_errors() -> None:
    page = page_of(any_case())
    found = evaluation_of(any_case()).per_class
    worst, best = sorted(found, key=lambda each: found[each].ap)
    names = {0: "dog", 1: "cat"}
    table = page.text[page.text.index("Classes, worst first") :]
    assert table.index(f" {names[worst]} 3 ") < table.index(f" {names[best]} 3 ")
    assert f"{found[worst].ap:.3f} {found[worst].ap50:.3f}" in table


def test_the_incumbent_stands_beside_the_candidate() -> None:
    before = any_case()
    before.found = before.found[2:]
    text = page_of(any_case(), incumbent=evaluation_of(before)).text
    old, new = evaluation_of(before), evaluation_of(any_case())
    change = f"{new.coco.ap50 - old.coco.ap50:+.3f}".replace("-", "−")
    assert f"before {old.coco.ap50:.3f} ({change})" in text
    assert "Change" in text
    assert "Change" not in page_of(any_case()).text


def test_the_worst_images_show_both_kinds_of_boxes_on_their_picture() -> None:
    pictures = {f"s3://images/{image:04}.jpg": PICTURE for image in range(1, 7)}
    page = page_of(any_case(), pictures)
    assert len(page.named("image")) == len(page.named("svg")) - 2 == 3
    looks = {each.get("class") for each in page.named("g")}
    assert {"truth right", "found right", "truth wrong", "found wrong"} <= looks
    assert "0001.jpg line 1, s3://images/0001.jpg miss: cat" in page.text
    assert "Likely label errors 1" in page.text
    assert "perhaps not labelled" in page.text
    assert "confusion: dog as cat" in page.text


def test_what_is_wrong_is_drawn_above_what_is_right() -> None:
    html = evaluation_page(subject_of(any_case()))
    last = html[html.index('aria-label="Image 6') :].partition("</svg>")[0]
    looks = re.findall(r'<g class="(\w+ \w+)"', last)
    assert looks == ["truth right", "found right", "found wrong"]


def test_pictures_are_bounded_one_by_one_and_together() -> None:
    case = any_case()
    name = "s3://images/0001.jpg"
    for size, shown in ((MOST_PICTURE_BYTES, 1), (MOST_PICTURE_BYTES + 1, 0)):
        picture = Picture(b"x" * size, "image/jpeg")
        assert len(page_of(case, {name: picture}).named("image")) == shown
    case = Case(list(range(1, 121)), [0, 1])
    case.annotations = [(n, n % 2, (9.0, 9.0, 9.0, 9.0), 81.0, False) for n in case.images]
    for place in ((9.0, 9.0, 9.0, 9.0), (99.0, 9.0, 9.0, 9.0)):
        case.found += [(n, n % 2, 0.5, place) for n in case.images[:60]]
    picture = Picture(b"x" * MOST_PICTURE_BYTES, "image/jpeg")
    page = page_of(case, {f"s3://images/{n:04}.jpg": picture for n in case.images})
    assert len(page.named("svg")) - 2 == 100
    assert len(page.named("image")) == MOST_BYTES // MOST_PICTURE_BYTES


def test_without_pictures_boxes_are_drawn_on_empty_frames() -> None:
    page = page_of(any_case())
    frames = [rect for rect in page.named("rect") if rect.get("class") == "frame"]
    assert len(frames) == 3


def test_an_image_with_many_errors_says_the_first_and_how_many_more() -> None:
    case = any_case(classes=12)
    case.annotations += [(1, n, (20.0 * n, 200.0, 9.0, 9.0), 81.0, False) for n in range(12)]
    text = page_of(case, names={n: f"class {n}" for n in range(12)}).text
    assert f"+{12 - MOST_NOTES} more" in text


def test_a_model_without_errors_and_one_without_hits_have_words_for_it() -> None:
    case = any_case()
    case.found = [(image, c, 0.5, place) for image, c, place, _, _ in case.annotations]
    assert "Nothing is wrong at this threshold" in page_of(case).text
    case.found = []
    text = page_of(case).text
    assert "No detection hits a box: there is no threshold to set." in text
    case.annotations = []
    text = page_of(case).text
    assert "There is no labelled box to measure anything on." in text
    assert "There is no box to miss." in text


def test_the_confusion_matrix_holds_every_box_and_every_kept_detection() -> None:
    table = confusion_table(subject_of(any_case()))
    assert table.head == ["dog", "cat", "missed"]
    assert [name for name, _ in table.rows] == ["dog", "cat", "nothing there"]
    counts = [[cell.count for cell in cells] for _, cells in table.rows]
    assert counts == [[2, 1, 0], [0, 2, 1], [1, 0, 0]]
    assert [cells[index].right for index, (_, cells) in enumerate(table.rows)] == [True] * 3
    assert table.rows[0][1][0].shade == 6


def test_the_page_stays_bounded_with_very_many_classes() -> None:
    case = any_case(images=60, classes=30)
    subject = subject_of(case, names={})
    table = confusion_table(subject)
    assert len(table.head) == MOST_CLASSES + 1
    assert table.more == 30 - MOST_CLASSES
    figure, legend = precision_recall(subject)
    assert len(legend) <= MOST_CURVES
    assert "worst of 30 classes" in figure.caption


def test_sizes_are_shares_of_boxes_with_their_numbers() -> None:
    figure = missed_by_size(subject_of(any_case()))
    assert figure.table is not None
    assert figure.table.rows == [("32 to 64 px", 6, 2)]
    assert "2 of 6" in figure.caption


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_strangers_stays_text(text: str) -> None:
    pictures = {f"s3://{text}/0001.jpg": PICTURE}
    page = page_of(any_case(), pictures, names={0: text, 1: "cat"}, uri=f"s3://{text}", name=text)
    curves = [attributes for tag, attributes in page.tags if tag == "polyline"]
    assert curves
    for harmless in ("polyline", "b", "small"):
        page.tags = [each for each in page.tags if each[0] != harmless]
    assert_harmless(page)
    page.html.encode()


def test_an_empty_review_is_no_trouble() -> None:
    subject = subject_of(any_case())
    empty = Review({group: [] for group in subject.review.cases}, {})
    changed = subject_of(any_case())
    object.__setattr__(changed, "review", empty)
    assert "Nothing is wrong" in evaluation_page(changed)
