"""The end of the graph: from scores and corrections to boxes.

``MultiBoxDetectionForward`` of MXNet's ``src/operator/contrib/multibox_detection.cc`` in ONNX
operators, with its rules: an anchor counts as its best class, the first among equals; a score on
the threshold stays; of equal scores the lower anchor comes first; boxes are clipped before they are
compared; a box whose IoU with a better one of its class *reaches* the threshold is suppressed.
"""

from typing import Any

import numpy as np

from cli.detector.errors import NotUsable
from cli.detector.graph import Array, Graph, Tensor
from cli.detector.symbol import Node

OUTPUT = "detections"
"""float32 [boxes, 6]: class, score, xmin, ymin, xmax, ymax as shares of the image; best first."""


def detections(
    node: Node, probabilities: Tensor, corrections: Tensor, anchors: Array, graph: Graph
) -> None:
    """Append the nodes from the predictions to ``OUTPUT``.

    Args:
        node: the ``_contrib_MultiBoxDetection`` to follow.
        probabilities: (1, classes + 1, anchors); class 0 is the background.
        corrections: (1, 4 × anchors).
        anchors: (1, anchors, 4).
        graph: is appended to.

    Raises:
        NotUsable: the three do not fit, or the node asks for what is not converted.
    """
    count = anchors.shape[1] if anchors.ndim == 3 else 0
    if (
        len(probabilities.shape) != 3
        or probabilities.shape[1] < 2
        or probabilities.shape[2] != count
        or corrections.shape != (1, 4 * count)
        or anchors.shape != (1, count, 4)
    ):
        raise NotUsable(
            f"{node}: scores of shape {probabilities.shape}, corrections of {corrections.shape} and"
            f" anchors of {anchors.shape} do not fit"
        )
    tail = _Tail(node, graph)
    best, classes = tail.best_classes(probabilities.name)
    scores, order = tail.candidates(best, count)
    classes = tail.add("Gather", [classes, order], "classes")
    boxes = tail.boxes(corrections.name, anchors[0], order)
    kept = tail.kept(boxes, scores, classes, probabilities.shape[1] - 1)
    tail.rows(kept, classes, scores, boxes)


class _Tail:
    """Appends nodes and constants under names that no network has."""

    def __init__(self, node: Node, graph: Graph) -> None:
        if node.integers("background_id", (0,)) != (0,):
            raise node.unusable("background_id", "0")
        self._threshold = node.number("threshold", 0.01)
        self._nms_threshold = node.number("nms_threshold", 0.5)
        if not 0 < self._nms_threshold <= 1:
            raise node.unusable("nms_threshold", "above 0 and up to 1")
        self._topk = node.integers("nms_topk", (-1,))[0]
        self._across_classes = node.flag("force_suppress", default=False)
        self._clip = node.flag("clip", default=True)
        self._variances = np.array(node.numbers("variances", (0.1, 0.1, 0.2, 0.2)), np.float32)
        if self._variances.shape != (4,):
            raise node.unusable("variances", "four numbers")
        self._graph = graph

    def add(self, operator: str, inputs: list[str], name: str, **attributes: Any) -> str:
        return self._graph.add(operator, inputs, f"{OUTPUT}/{name}", **attributes)

    def _integers(self, name: str, *values: int) -> str:
        return self._graph.constant(f"{OUTPUT}/{name}", np.array(values, np.int64))

    def _floats(self, name: str, values: Array | float) -> str:
        return self._graph.constant(f"{OUTPUT}/{name}", np.array(values, np.float32))

    def best_classes(self, probabilities: str) -> tuple[str, str]:
        """Return score [1, anchors] and class [anchors] of each anchor; no background."""
        first, end = self._integers("one", 1), self._integers("end", np.iinfo(np.int32).max)
        foreground = self.add("Slice", [probabilities, first, end, first], "foreground")
        score = self.add("ReduceMax", [foreground], "best_scores", axes=(1,), keepdims=0)
        best = self.add("ArgMax", [foreground], "best_classes", axis=1, keepdims=0)
        return score, self.add("Squeeze", [best, self._integers("zero", 0)], "class_of_anchor")

    def candidates(self, scores: str, count: int) -> tuple[str, str]:
        """Return the best scores [candidates] and their anchors; equal ones in anchors' order."""
        wanted = count if self._topk <= 0 else min(self._topk, count)
        top, order = f"{OUTPUT}/top", f"{OUTPUT}/order"
        inputs = [scores, self._integers("candidates", wanted)]
        self._graph.add_with_outputs("TopK", inputs, [top, order], axis=1)
        zero = self._integers("zero", 0)
        return self.add("Squeeze", [top, zero], "scores"), self.add(
            "Squeeze", [order, zero], "anchor"
        )

    def boxes(self, corrections: str, anchors: Array, order: str) -> str:
        """Return the candidates' corners [candidates, 4]."""
        sizes = anchors[:, 2:] - anchors[:, :2]
        centres = (anchors[:, :2] + anchors[:, 2:]) / np.float32(2)
        rows = self.add("Reshape", [corrections, self._integers("by_four", -1, 4)], "corrections")
        rows = self.add("Gather", [rows, order], "candidate_corrections")
        size = self.add("Gather", [self._floats("anchor_sizes", sizes), order], "size")
        centre = self.add("Gather", [self._floats("anchor_centres", centres), order], "centre")
        shift = self._scaled(rows, 0, "shift")
        moved = self.add("Add", [self.add("Mul", [shift, size], "way"), centre], "moved")
        growth = self.add("Exp", [self._scaled(rows, 2, "growth")], "factor")
        grown = self.add("Mul", [growth, size], "grown")
        half = self.add("Div", [grown, self._floats("two", 2.0)], "half")
        low, high = self.add("Sub", [moved, half], "low"), self.add("Add", [moved, half], "high")
        corners = self.add("Concat", [low, high], "corners", axis=1)
        if not self._clip:
            return corners
        edges = [self._floats("left_edge", 0.0), self._floats("right_edge", 1.0)]
        return self.add("Clip", [corners, *edges], "clipped")

    def _scaled(self, corrections: str, first: int, name: str) -> str:
        """Return two columns of the corrections times their variances."""
        ends = [self._integers(f"column_{column}", column) for column in (first, first + 2)]
        columns = self.add(
            "Slice", [corrections, *ends, self._integers("one", 1)], f"{name}_columns"
        )
        variances = self._floats(f"{name}_variances", self._variances[first : first + 2])
        return self.add("Mul", [columns, variances], name)

    def kept(self, boxes: str, scores: str, classes: str, class_count: int) -> str:
        """Return the positions of the candidates that are not suppressed, ascending."""
        axes = self._integers("two_axes", 0, 1)
        rows = self.add("Unsqueeze", [scores, axes], "score_rows")
        if not self._across_classes and class_count > 1:
            every = np.arange(class_count, dtype=np.int64).reshape(1, -1, 1)
            ids = self._graph.constant(f"{OUTPUT}/class_ids", every)
            own = self.add("Equal", [classes, ids], "own_class")
            rows = self.add("Where", [own, rows, self._floats("below_all", -1.0)], "class_rows")
        chosen = self.add(
            "NonMaxSuppression",
            [
                self.add("Unsqueeze", [boxes, self._integers("zero", 0)], "box_rows"),
                rows,
                self._integers("most", np.iinfo(np.int32).max),
                # ONNX suppresses above its threshold and drops up to it; MXNet reaches, and keeps.
                self._floats("iou", _just_below(self._nms_threshold)),
                self._floats("lowest_score", _just_below(self._threshold)),
            ],
            "chosen",
        )
        column = self._graph.constant(f"{OUTPUT}/box_column", np.array(2, np.int64))
        positions = self.add("Gather", [chosen, column], "positions", axis=1)
        kept, unused = f"{OUTPUT}/kept", f"{OUTPUT}/unused"
        length = self.add("Shape", [positions], "kept_count")
        self._graph.add_with_outputs("TopK", [positions, length], [kept, unused], axis=0, largest=0)
        return kept

    def rows(self, kept: str, classes: str, scores: str, boxes: str) -> None:
        """Put the columns of ``OUTPUT`` side by side."""
        one = self._integers("one", 1)
        class_ids = self.add("Gather", [classes, kept], "kept_classes")
        ids = self.add("Cast", [class_ids], "class_column_values", to=1)
        columns = [
            self.add("Unsqueeze", [ids, one], "class_column"),
            self.add(
                "Unsqueeze",
                [self.add("Gather", [scores, kept], "kept_scores"), one],
                "score_column",
            ),
            self.add("Gather", [boxes, kept], "corner_columns"),
        ]
        self._graph.add("Concat", columns, OUTPUT, axis=1)


def _just_below(threshold: float) -> Array:
    return np.nextafter(np.array([threshold], np.float32), np.float32(-1))
