"""What is picked for people to look at, and the manifest that takes it back to Ground Truth."""

import json
from datetime import UTC, datetime
from typing import Any

from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.manifest_truth import manifest_truth
from lambdas.evaluation.review import MOST_CASES, Case, Mark, Review, review
from lambdas.evaluation.review_manifest import review_manifest
from lambdas.evaluation.summary import summarize
from tests.unit.evaluation.references import Case as DataSet
from tests.unit.evaluation.references import Place

DOG, CAT = 0, 1
BOX: Place = (10.0, 10.0, 40.0, 40.0)
ELSEWHERE: Place = (200.0, 200.0, 40.0, 40.0)
GOOD = 20
"""Images in which the dog is found at a score of .8."""


def reviewed(*odd: tuple[list[tuple[int, Place]], list[tuple[int, float, Place]]]) -> Review:
    """GOOD images, and those given by their boxes and detections, numbered from GOOD."""
    every: list[Any] = [([(DOG, BOX)], [(DOG, 0.8, BOX)])] * GOOD
    data = DataSet(list(range(GOOD + len(odd))), [DOG, CAT])
    for image, (boxes, found) in enumerate([*every, *odd]):
        data.annotations += [(image, of, place, 1600.0, False) for of, place in boxes]
        data.found += [(image, of, score, place) for of, score, place in found]
    evaluator: Evaluator = data.evaluator()
    return review(evaluator, summarize(evaluator))


def suspicions(case: Case) -> list[str]:
    return [mark.suspicion for mark in case.marks if mark.suspicion]


def test_images_without_errors_are_not_shown() -> None:
    assert not any(reviewed().cases.values())


def test_a_confident_detection_without_a_label_is_a_likely_label_error() -> None:
    found = reviewed(([], [(DOG, 0.99, ELSEWHERE)]))
    (case,) = found.cases["label"]
    assert (case.image_id, suspicions(case)) == (GOOD, ["perhaps not labelled"])


def test_a_confident_detection_of_another_class_is_a_likely_label_error() -> None:
    found = reviewed(([(CAT, BOX)], [(DOG, 0.99, BOX)]))
    (case,) = found.cases["label"]
    assert suspicions(case) == ["perhaps the right class"]
    assert [(mark.class_id, mark.score, mark.verdict) for mark in case.marks] == [
        (CAT, None, "confusion"),
        (DOG, 0.99, "confusion"),
    ]


def test_a_label_found_at_no_score_is_a_likely_error_where_its_class_is_found_well() -> None:
    (case,) = reviewed(([(DOG, ELSEWHERE)], [])).cases["label"]
    assert suspicions(case) == ["found at no score"]
    clutter: list[tuple[int, float, Place]] = [(DOG, 0.02, (300.0, 9.0, 9.0, 9.0))] * 9
    low = reviewed(([(DOG, ELSEWHERE)], [(DOG, 0.01, ELSEWHERE)]), ([], clutter))
    assert [case.image_id for case in low.cases["miss"]] == [GOOD]
    often = reviewed(*[([(DOG, ELSEWHERE)], [])] * 5)
    assert [case.image_id for case in often.cases["miss"]] == [*range(GOOD, GOOD + 5)]


def test_the_rest_is_grouped_by_what_is_most_wrong_the_worst_first() -> None:
    sure: list[tuple[int, float, Place]] = [(DOG, 0.99, BOX)] * GOOD
    many = [(DOG, (100.0 * n, 10.0, 40.0, 40.0)) for n in range(6)]
    found = reviewed(
        ([(DOG, ELSEWHERE)], []),
        (many, []),
        *[([(DOG, BOX)], [row]) for row in sure],  # raises what counts as confident
        ([], [(DOG, 0.8, ELSEWHERE)]),
        ([(CAT, BOX)], [(DOG, 0.8, BOX)]),
    )
    found_in = {
        group: [case.image_id for case in cases] for group, cases in found.cases.items() if cases
    }
    assert found_in == {
        "miss": [GOOD + 1, GOOD],
        "false alarm": [2 * GOOD + 2],
        "confusion": [2 * GOOD + 3],
    }


def test_each_group_is_bounded_and_keeps_the_worst() -> None:
    odd: list[Any] = [([], [(DOG, 0.9 + n / 1000, ELSEWHERE)]) for n in range(MOST_CASES + 10)]
    found = reviewed(*odd).cases["label"]
    assert len(found) == MOST_CASES
    assert found[0].image_id == GOOD + MOST_CASES + 9
    assert found[-1].image_id == GOOD + 10


def test_misses_are_counted_by_the_longest_side() -> None:
    found = reviewed(([(DOG, (0.0, 0.0, 7.0, 3.0)), (DOG, (50.0, 50.0, 8.0, 2.0))], []))
    assert found.missed_by_side == {8: (1, 1), 16: (1, 1), 64: (GOOD, 0)}


def line(**changes: Any) -> bytes:
    record = {
        "source-ref": "s3://images/1.jpg",
        "bb": {
            "image_size": [{"width": 60, "height": 50, "depth": 3}],
            "annotations": [{"class_id": 0, "left": 1, "top": 2, "width": 3, "height": 4}],
        },
        "bb-metadata": {
            "class-map": {"0": "dog"},
            "type": "groundtruth/object-detection",
            "objects": [{"confidence": 1}],
        },
    }
    return json.dumps({**record, **changes}).encode() + b"\n"


def test_the_review_manifest_adds_the_predictions_to_the_line_as_it_was() -> None:
    marks = [
        Mark(0, None, (1.0, 2.0, 3.0, 4.0), "miss"),
        Mark(1, 0.87654321, (-3.2, 10.4, 20.0, 90.0), "false alarm"),
        Mark(1, 0.5, (50.4, 40.2, 90.0, 5.0), "false alarm"),
    ]
    images = [LabelledImage(2, "s3://images/1.jpg", 60, 50, {})]
    lines = [line(), line(other={"kept": "\u00e9"})]
    (written,) = review_manifest(
        lines,
        Review({"false alarm": [Case(2, "false alarm", marks)]}, {}),
        LabelledImages(images, {0: "dog"}, all_named=False),
        datetime(2026, 1, 31, 12, tzinfo=UTC),
    )
    record = json.loads(written)
    before = json.loads(lines[1])
    assert {key: record[key] for key in before} == before
    assert record["predicted"] == {
        "image_size": [{"width": 60, "height": 50, "depth": 3}],
        "annotations": [
            {"class_id": 1, "left": 0, "top": 10, "width": 17, "height": 40},
            {"class_id": 1, "left": 50, "top": 40, "width": 10, "height": 5},
        ],
    }
    assert record["predicted-metadata"] == {
        "objects": [{"confidence": 0.8765}, {"confidence": 0.5}],
        "class-map": {"1": "1"},
        "type": "groundtruth/object-detection",
        "human-annotated": "no",
        "creation-date": "2026-01-31T12:00:00",
        "job-name": "gt-train-evaluate/false-alarm",
    }
    read = manifest_truth([written], "predicted")
    assert len(read.images[0].truth[1]) == 2
