"""Picks the images to look at: where the model is most wrong, and where the label may be."""

import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from lambdas.evaluation.boxes import TruthBox
from lambdas.evaluation.confusion import ImageOutcome, Position, Row, nearest_box, outcomes
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.summary import Summary

MOST_CASES = 50
"""Images of each group."""

WELL_FOUND = 0.9
"""Share of a class's boxes that are found at some score, from which on one that is not is odd."""

Group = Literal["label", "confusion", "miss", "false alarm"]
GROUPS: tuple[Group, ...] = ("label", "confusion", "miss", "false alarm")

SMALLEST_SIDE = 8
"""Pixels; sides of boxes are counted up to this, up to twice this, and so on."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box to draw, in pixels. score: of a prediction, None for a label.

    verdict: hit, miss, false alarm or confusion. suspicion: why the label is likely wrong.
    """

    class_id: int
    score: float | None
    place: tuple[float, float, float, float]
    verdict: Literal["hit", "miss", "false alarm", "confusion"]
    suspicion: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """An image to look at. group: what is most wrong with it."""

    image_id: int
    group: Group
    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class Review:
    """cases: by group, the worst first. missed_by_side: boxes and misses by the longest side."""

    cases: dict[Group, list[Case]]
    missed_by_side: dict[int, tuple[int, int]]


def review(evaluator: Evaluator, summary: Summary) -> Review:
    """Look at every image at the best threshold and keep the worst of each group.

    A label is likely wrong where a detection scores at least as high as half of the hits of its
    class do and lies on no label, or on one of another class; and where a label of a class that is
    well found is found at no score.
    """
    worst: dict[Group, list[tuple[float, int, ImageOutcome]]] = {group: [] for group in GROUPS}
    boxes: Counter[int] = Counter()
    missed: Counter[int] = Counter()
    for outcome in outcomes(evaluator, summary.evaluation.confusion.threshold):
        _count_sides(outcome, boxes, missed)
        group, badness = _group(evaluator, summary, outcome)
        if badness:
            entry = badness, -outcome.image.id, outcome
            kept = worst[group]
            (heapq.heappush if len(kept) < MOST_CASES else heapq.heappushpop)(kept, entry)
    cases = {
        group: [
            Case(outcome.image.id, group, list(_marks(evaluator, summary, outcome)))
            for _, _, outcome in sorted(kept, key=lambda entry: entry[:2], reverse=True)
        ]
        for group, kept in worst.items()
    }
    return Review(cases, {side: (boxes[side], missed[side]) for side in sorted(boxes)})


def _count_sides(outcome: ImageOutcome, boxes: Counter[int], missed: Counter[int]) -> None:
    every = [box for _, box in outcome.image.boxes()]
    lost = [*outcome.misses, *(position for _, position in outcome.confusions)]
    for position in (*lost, *(position for _, position in outcome.hits)):
        boxes[_side(every[position])] += 1
    for position in lost:
        missed[_side(every[position])] += 1


def _side(box: TruthBox) -> int:
    """Return the pixels that the longest side stays below: SMALLEST_SIDE doubled often enough."""
    longest = max(box.right - box.left, box.bottom - box.top)
    side = SMALLEST_SIDE
    while side <= longest:
        side *= 2
    return side


def _group(evaluator: Evaluator, summary: Summary, outcome: ImageOutcome) -> tuple[Group, float]:
    suspicions = _suspicions(evaluator, summary, outcome)
    if suspicions:
        return "label", max(suspicions.values())
    confused, missed = len(outcome.confusions), len(outcome.misses)
    false = len(outcome.false_alarms)
    if confused and confused >= max(missed, false):
        return "confusion", confused
    if missed >= false:
        return "miss", missed
    return "false alarm", false


def _suspicions(
    evaluator: Evaluator, summary: Summary, outcome: ImageOutcome
) -> dict[tuple[Row | None, Position | None], float]:
    """How sure it is that a label is missing, of another class, or too much."""
    found: dict[tuple[Row | None, Position | None], float] = {}
    strays = [(row, None) for row in outcome.false_alarms]
    for row, position in (*outcome.confusions, *strays):
        typical = summary.typical_score.get(evaluator.class_ids[row])
        if typical is not None and evaluator.scores[row] >= typical:
            found[row, position] = evaluator.scores[row]
    for position in _never_found(evaluator, summary, outcome):
        found[None, position] = WELL_FOUND
    return found


def _never_found(
    evaluator: Evaluator, summary: Summary, outcome: ImageOutcome
) -> Iterator[Position]:
    every = list(outcome.image.boxes())
    for position in outcome.misses:
        class_id, box = every[position]
        truth = summary.evaluation.per_class[class_id].truth
        if len(summary.precision[class_id]) < WELL_FOUND * truth:
            continue
        rows = range(outcome.image.start, outcome.image.end)
        if all(nearest_box({0: box}, evaluator.place(row)) is None for row in rows):
            yield position


def _marks(evaluator: Evaluator, summary: Summary, outcome: ImageOutcome) -> Iterator[Mark]:
    suspicions = _suspicions(evaluator, summary, outcome)
    every = list(outcome.image.boxes())
    for position in outcome.misses:
        odd = "found at no score" if (None, position) in suspicions else ""
        yield _label(every[position], "miss", odd)
    for row, position in outcome.hits:
        yield _label(every[position], "hit")
        yield _prediction(evaluator, row, "hit")
    for row, position in outcome.confusions:
        odd = "perhaps the right class" if (row, position) in suspicions else ""
        yield _label(every[position], "confusion")
        yield _prediction(evaluator, row, "confusion", odd)
    for row in outcome.false_alarms:
        odd = "perhaps not labelled" if (row, None) in suspicions else ""
        yield _prediction(evaluator, row, "false alarm", odd)


def _label(
    found: tuple[int, TruthBox],
    verdict: Literal["hit", "miss", "confusion"],
    suspicion: str = "",
) -> Mark:
    class_id, box = found
    place = box.left, box.top, box.right - box.left, box.bottom - box.top
    return Mark(class_id, None, place, verdict, suspicion)


def _prediction(
    evaluator: Evaluator,
    row: Row,
    verdict: Literal["hit", "false alarm", "confusion"],
    suspicion: str = "",
) -> Mark:
    place = evaluator.place(row)
    return Mark(evaluator.class_ids[row], evaluator.scores[row], place, verdict, suspicion)


def names_of(marks: list[Mark], names: Mapping[int, str]) -> dict[int, str]:
    """Return the names of the classes of some marks; a class without one goes by its id."""
    return {mark.class_id: names.get(mark.class_id, str(mark.class_id)) for mark in marks}
