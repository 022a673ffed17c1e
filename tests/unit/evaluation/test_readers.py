"""Readers of truth and predictions: what they take, and what they say about the rest."""

import io
import json
from typing import Any

import pytest

from lambdas.evaluation import coco_results
from lambdas.evaluation.algorithm_output import algorithm_output
from lambdas.evaluation.coco_results import OutOfOrder, sorted_results, streamed_results
from lambdas.evaluation.coco_truth import coco_truth
from lambdas.evaluation.labelled import LabelledImage, LabelledImages, NotMeasurable
from lambdas.evaluation.manifest_truth import manifest_truth
from lambdas.evaluation.measure import measured
from lambdas.evaluation.voc_matching import VocRule


def record(number: int, *boxes: dict[str, Any], attribute: str = "bb") -> dict[str, Any]:
    return {
        "source-ref": f"s3://images/{number}.jpg",
        attribute: {
            "image_size": [{"width": 400, "height": 300, "depth": 3}],
            "annotations": list(boxes),
        },
        f"{attribute}-metadata": {
            "class-map": {f"{box['class_id']}": f"class {box['class_id']}" for box in boxes},
            "type": "groundtruth/object-detection",
        },
    }


def box(**changes: Any) -> dict[str, Any]:
    return {"class_id": 0, "left": 10, "top": 20, "width": 40, "height": 30} | changes


def manifest(*records: Any, attribute: str | None = None) -> LabelledImages:
    return manifest_truth([json.dumps(each).encode() + b"\n" for each in records], attribute)


def result(image_id: int, **changes: Any) -> dict[str, Any]:
    return {"image_id": image_id, "category_id": 1, "score": 0.5, "bbox": [1, 2, 3, 4]} | changes


def results(*found: dict[str, Any]) -> io.BytesIO:
    return io.BytesIO(json.dumps(found).encode())


def test_a_line_becomes_an_image_with_its_boxes() -> None:
    found = manifest(record(1, box()), record(2), record(3, box(class_id=2)))
    assert [(each.id, each.name, each.width) for each in found.images] == [
        (1, "s3://images/1.jpg", 400),
        (2, "s3://images/2.jpg", 400),
        (3, "s3://images/3.jpg", 400),
    ]
    (labelled,) = found.images[0].truth[0]
    assert (labelled.left, labelled.top, labelled.right, labelled.bottom) == (10, 20, 50, 50)
    assert not labelled.crowd
    assert found.images[1].truth == {}
    assert found.names == {0: "class 0", 2: "class 2"}


def test_lines_without_labels_are_counted_and_keep_their_numbers() -> None:
    failed = {"source-ref": "s3://images/1.jpg", "bb-metadata": {"failure-reason": "expired"}}
    found = manifest({"source-ref": "s3://images/0.jpg"}, failed, record(3, box()))
    assert [each.id for each in found.images] == [3]
    assert found.unlabelled == 2


def test_of_several_attributes_with_boxes_one_must_be_named() -> None:
    both = record(1, box()) | record(1, box(), box(left=90), attribute="again")
    with pytest.raises(NotMeasurable, match="line 1: several attributes have boxes: bb, again"):
        manifest(both)
    assert len(manifest(both, attribute="again").images[0].truth[0]) == 2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1: Input data was truncated"),
        ("[]", "line 1: Expected `object`"),
        (json.dumps(record(1, box(left="x"))), "line 1: Expected `float`, got `str`"),
        (json.dumps({**record(1), "source-ref": 7}), "line 1: Expected `str`"),
        (json.dumps({k: v for k, v in record(1).items() if k != "source-ref"}), "source-ref"),
        (
            json.dumps(record(1)).replace('"width": 400', '"width": 0'),
            "line 1: image_size is not one size",
        ),
        ("{}", "no line has labels of bounding boxes"),
        ('"\\ud800"', "line 1: "),
    ],
)
def test_a_manifest_that_can_not_be_used_is_refused_with_its_line(line: str, reason: str) -> None:
    with pytest.raises(NotMeasurable) as refused:
        manifest_truth([line.encode()])
    assert reason in str(refused.value)


def test_coco_annotations_keep_crowd_area_and_order_of_ids() -> None:
    annotation = {"image_id": 7, "category_id": 3, "bbox": [1, 2, 40, 40], "area": 9, "iscrowd": 0}
    document = {
        "images": [{"id": 9}, {"id": 7, "file_name": "7.jpg", "width": 5, "height": 4}],
        "categories": [{"id": 3, "name": "cat"}, {"id": 1}],
        "annotations": [
            {"id": 1, **annotation},
            {"id": 2, **annotation, "iscrowd": 1},
            {"id": 3, **annotation, "category_id": 99},
            {"id": 4, **annotation, "image_id": 99},
        ],
    }
    found = coco_truth(json.dumps(document).encode())
    assert [(each.id, each.name) for each in found.images] == [(7, "7.jpg"), (9, "")]
    first, second = found.images[0].truth[3]
    assert (first.ranges, first.crowd) == (0b0011, False)
    assert (second.ranges, second.crowd) == (0, True)
    assert found.names == {3: "cat", 1: "1"}


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"images": [{"id": 1.5}]}'])
def test_what_is_not_coco_annotations_is_refused(content: bytes) -> None:
    with pytest.raises(NotMeasurable, match="not COCO annotations"):
        coco_truth(content)


def test_results_are_read_in_pieces_of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [result(n // 3, score=n / 100) for n in range(30)]
    whole = list(streamed_results(results(*found)))
    assert [image for image, _ in whole] == list(range(10))
    assert whole[3][1][0] == (1, 0.09, 1, 2, 3, 4)
    for piece in (1, 7, 50, 111):
        monkeypatch.setattr(coco_results, "PIECE", piece)
        assert list(streamed_results(results(*found))) == whole


def test_results_with_objects_in_them_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [result(n, segmentation={"counts": "x}", "size": [1, 2]}) for n in range(20)]
    for piece in (40, 90, 1 << 19):
        monkeypatch.setattr(coco_results, "PIECE", piece)
        assert len(list(streamed_results(results(*found)))) == 20


def test_results_in_no_order_are_noticed_and_sorted() -> None:
    mixed = [result(2, score=0.1), result(1), result(2, score=0.3), result(1, score=0.2)]
    with pytest.raises(OutOfOrder):
        list(streamed_results(results(*mixed)))
    found = list(sorted_results(results(*mixed)))
    assert [(image, [row[1] for row in rows]) for image, rows in found] == [
        (1, [0.5, 0.2]),
        (2, [0.1, 0.3]),
    ]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[", b"[{]", b'[{"image_id": 1}]', b"[] more", b"[\xff]"]
)
def test_what_is_not_coco_results_is_refused(content: bytes) -> None:
    with pytest.raises(NotMeasurable, match="not COCO results"):
        list(streamed_results(io.BytesIO(content)))


def test_no_results_are_none() -> None:
    assert list(streamed_results(io.BytesIO(b" [ ] \n"))) == []


def test_an_answer_is_in_shares_of_the_image_and_suppressed_rows_are_none() -> None:
    rows = [[4.0, 0.9, 0.1, 0.2, 0.5, 0.6], [-1.0, 0.8, 0, 0, 1, 1], [0.0, 0.0001, 0, 0, 1, 1]]
    found = algorithm_output(json.dumps({"prediction": rows}).encode(), 200, 100)
    assert [row[0] for row in found] == [4, 0]
    assert found[0] == pytest.approx((4, 0.9, 20, 20, 80, 40))
    assert found[1] == (0, 0.0001, 0, 0, 200, 100)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"prediction": [[1, 2, 3]]}',
        b'{"prediction": [[0.5, 1, 0, 0, 1, 1]]}',
        b'{"prediction": [[1e300, 1, 0, 0, 1, 1]]}',
        b'{"prediction": [[NaN, 1, 0, 0, 1, 1]]}',
    ],
)
def test_what_is_not_an_answer_is_refused(content: bytes) -> None:
    with pytest.raises(NotMeasurable, match="not the algorithm's answer"):
        algorithm_output(content, 10, 10)


def images(*ids: int, all_named: bool = True) -> LabelledImages:
    found = [LabelledImage(each, f"{each}.jpg", 10, 10, {}) for each in ids]
    return LabelledImages(found, {1: "cat"}, all_named=all_named)


def test_every_image_is_measured_with_or_without_predictions() -> None:
    row = (1, 0.5, 0.0, 0.0, 1.0, 1.0)
    evaluator = measured(images(1, 2, 5, 9), [(2, [row]), (5, [row, row])], VocRule())
    assert [(each.id, each.end - each.start) for each in evaluator.images] == [
        (1, 0),
        (2, 1),
        (5, 2),
        (9, 0),
    ]


def test_predictions_for_an_image_that_is_not_there_are_refused() -> None:
    with pytest.raises(NotMeasurable, match="image 3 has predictions, but is not in the truth"):
        measured(images(1, 2), [(3, [])], VocRule())


@pytest.mark.parametrize(("all_named", "kept"), [(True, 0), (False, 1)])
def test_a_class_that_the_truth_does_not_name(*, all_named: bool, kept: int) -> None:
    """COCO's categories are all there are; a manifest's lines need not show every class."""
    row = (7, 0.5, 0.0, 0.0, 1.0, 1.0)
    evaluator = measured(images(1, all_named=all_named), [(1, [row])], VocRule())
    assert len(evaluator.scores) == kept
