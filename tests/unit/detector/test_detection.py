"""Decoding and non-maximum suppression, beside MXNet's answers and a plain reference."""

import json
from typing import Any

import numpy as np
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from onnx import TensorProto, helper

from cli.detector.detection import OUTPUT, detections
from cli.detector.errors import NotUsable
from cli.detector.graph import Graph, Tensor
from cli.detector.symbol import Node
from tests.unit.detector.mxnet_files import FIXTURES

Floats = NDArray[np.float32]
VARIANCES = (0.1, 0.1, 0.2, 0.2)


def detected(
    scores: Floats, corrections: Floats, anchors: Floats, options: dict[str, str]
) -> Floats:
    """Run only the end of the graph."""
    graph = Graph()
    node = Node("_contrib_MultiBoxDetection", "detection", (0, 1, 2), options)
    inputs = {"scores": scores, "corrections": corrections}
    given = [Tensor(name, each.shape) for name, each in inputs.items()]
    detections(node, given[0], given[1], anchors, graph)
    written = helper.make_graph(
        graph.nodes,
        "end",
        [helper.make_tensor_value_info(each.name, TensorProto.FLOAT, each.shape) for each in given],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["boxes", 6])],
        list(graph.constants.values()),
    )
    model = helper.make_model(written, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    rows: Floats = session.run([OUTPUT], inputs)[0]
    return rows


def plainly_detected(
    scores: Floats, corrections: Floats, anchors: Floats, options: dict[str, str]
) -> list[list[float]]:
    """The definition, box by box, in float32 as MXNet calculates."""
    threshold = np.float32(options.get("threshold", "0.01"))
    candidates = []
    for anchor in range(scores.shape[2]):
        by_class = scores[0, 1:, anchor].tolist()
        best = max(by_class)
        if best >= threshold:
            box = decoded(anchors[0, anchor], corrections[0, 4 * anchor : 4 * anchor + 4])
            candidates.append([float(by_class.index(best)), best, *box])
    candidates.sort(key=lambda row: -row[1])
    topk = int(options.get("nms_topk", "-1"))
    kept: list[list[float]] = []
    for row in candidates[: topk if topk > 0 else None]:
        rivals = [
            each for each in kept if options.get("force_suppress") == "True" or each[0] == row[0]
        ]
        limit = np.float32(options.get("nms_threshold", "0.5"))
        if not any(iou(row[2:], rival[2:]) >= limit for rival in rivals):
            kept.append(row)
    return kept


def decoded(anchor: Floats, correction: Floats) -> list[float]:
    f = np.float32
    width, height = anchor[2] - anchor[0], anchor[3] - anchor[1]
    x = correction[0] * f(0.1) * width + (anchor[0] + anchor[2]) / f(2)
    y = correction[1] * f(0.1) * height + (anchor[1] + anchor[3]) / f(2)
    half_width = np.exp(correction[2] * f(0.2)) * width / f(2)
    half_height = np.exp(correction[3] * f(0.2)) * height / f(2)
    corners = (x - half_width, y - half_height, x + half_width, y + half_height)
    return [float(min(max(corner, f(0)), f(1))) for corner in corners]


def iou(one: list[float], other: list[float]) -> np.float32:
    a, b = np.array(one, np.float32), np.array(other, np.float32)
    width = max(np.float32(0), min(a[2], b[2]) - max(a[0], b[0]))
    height = max(np.float32(0), min(a[3], b[3]) - max(a[1], b[1]))
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return np.float32(0) if union <= 0 else np.float32(shared / union)


def by_class_and_place(rows: Any) -> list[tuple[float, ...]]:
    return sorted(tuple(round(float(value), 4) for value in row) for row in rows)


CASES = np.load(FIXTURES / "suppression.npz")


def case(number: int) -> tuple[tuple[Floats, Floats, Floats], dict[str, str]]:
    scores, corrections, anchors = (
        CASES[f"{number}_{name}"] for name in ("scores", "corrections", "anchors")
    )
    return (scores, corrections, anchors), json.loads(str(CASES[f"{number}_options"]))


def expected_of(number: int) -> Floats:
    rows: Floats = CASES[f"{number}_detections"]
    return rows


@pytest.mark.parametrize("number", range(24))
def test_detections_are_those_of_mxnet(number: int) -> None:
    predictions, options = case(number)

    found = detected(*predictions, options)

    np.testing.assert_allclose(found, expected_of(number), atol=1e-6)


def test_the_reference_agrees_with_mxnet_too() -> None:
    for number in range(24):
        predictions, options = case(number)
        rows = plainly_detected(*predictions, options)
        found = np.array(rows).reshape(-1, 6)
        np.testing.assert_allclose(found, expected_of(number), atol=1e-6)


@st.composite
def predictions(draw: st.DrawFn) -> tuple[Floats, Floats, Floats]:
    """Scores and places from few values, so that many are equal."""
    classes, count = draw(st.integers(1, 3)), draw(st.integers(1, 12))
    eighths = st.integers(0, 8).map(lambda value: value / 8)
    scores = draw(st.lists(eighths, min_size=(classes + 1) * count, max_size=(classes + 1) * count))
    lows = draw(st.lists(eighths, min_size=2 * count, max_size=2 * count))
    sides = draw(
        st.lists(st.sampled_from((0.125, 0.25, 0.5)), min_size=2 * count, max_size=2 * count)
    )
    moves = draw(
        st.lists(st.sampled_from((-2.5, 0.0, 0.0, 1.25)), min_size=4 * count, max_size=4 * count)
    )
    low = np.array(lows, np.float32).reshape(1, count, 2)
    anchors = np.concatenate([low, low + np.array(sides, np.float32).reshape(1, count, 2)], axis=2)
    return (
        np.array(scores, np.float32).reshape(1, classes + 1, count),
        np.array(moves, np.float32).reshape(1, 4 * count),
        anchors,
    )


@settings(max_examples=150, deadline=None)
@given(
    predictions(),
    st.sampled_from(("0.25", "0.45", "0.5", "1.0")),
    st.sampled_from(("-1", "1", "3")),
    st.sampled_from(("0.01", "0.25", "0.5")),
    st.booleans(),
)
def test_detections_are_those_of_the_definition(
    given_predictions: tuple[Floats, Floats, Floats],
    nms_threshold: str,
    topk: str,
    threshold: str,
    across_classes: bool,
) -> None:
    options = {
        "nms_threshold": nms_threshold,
        "nms_topk": topk,
        "threshold": threshold,
        "force_suppress": str(across_classes),
    }
    expected = plainly_detected(*given_predictions, options)

    found = detected(*given_predictions, options)

    np.testing.assert_allclose(found, np.array(expected).reshape(-1, 6), atol=1e-6)


def test_nothing_above_the_threshold_gives_no_rows() -> None:
    scores = np.array([[[1.0], [0.0]]], np.float32)
    anchors = np.array([[[0.0, 0.0, 0.5, 0.5]]], np.float32)

    assert detected(scores, np.zeros((1, 4), np.float32), anchors, {}).shape == (0, 6)


def two_boxes(second: tuple[float, float, float, float]) -> tuple[Floats, Floats, Floats]:
    """A box over the whole image and another, of one class, with scores 0.75 and 0.5."""
    scores = np.array([[[0.25, 0.5], [0.75, 0.5]]], np.float32)
    anchors = np.array([[[0, 0, 1, 1], second]], np.float32)
    return scores, np.zeros((1, 8), np.float32), anchors


@pytest.mark.parametrize(("threshold", "kept"), [("0.5", 1), ("0.50001", 2)])
def test_an_iou_that_reaches_the_threshold_suppresses(threshold: str, kept: int) -> None:
    predictions = two_boxes((0, 0, 1, 0.5))
    assert len(detected(*predictions, {"nms_threshold": threshold})) == kept


@pytest.mark.parametrize(("threshold", "kept"), [("0.5", 2), ("0.50001", 1)])
def test_a_score_on_the_threshold_stays(threshold: str, kept: int) -> None:
    predictions = two_boxes((0, 0, 0.25, 0.25))
    assert len(detected(*predictions, {"threshold": threshold})) == kept


@pytest.mark.parametrize(("clip", "highest"), [("True", 1.0), ("False", 1.5)])
def test_boxes_are_clipped_unless_told_otherwise(clip: str, highest: float) -> None:
    rows = detected(*two_boxes((0.5, 0.5, 1.5, 1.5)), {"clip": clip})
    assert rows[:, 2:].max() == highest


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("nms_threshold", "0"),
        ("nms_threshold", "1.5"),
        ("nms_threshold", "nan"),
        ("background_id", "1"),
        ("variances", "(0.1, 0.2)"),
    ],
)
def test_what_is_not_converted_is_named(option: str, value: str) -> None:
    scores = np.ones((1, 2, 1), np.float32)
    anchors = np.zeros((1, 1, 4), np.float32)
    with pytest.raises(NotUsable, match=option):
        detected(scores, np.zeros((1, 4), np.float32), anchors, {option: value})


def test_predictions_that_do_not_fit_the_anchors_are_refused() -> None:
    scores = np.ones((1, 2, 3), np.float32)
    anchors = np.zeros((1, 2, 4), np.float32)
    with pytest.raises(NotUsable, match="do not fit"):
        detected(scores, np.zeros((1, 8), np.float32), anchors, {})
