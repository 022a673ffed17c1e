"""The images of the page: where the model is wrong, with the boxes of both on the picture."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.review import Case, Group, Mark, Review
from lambdas.pages.evaluation.subject import Subject
from lambdas.pages.samples import Picture

LONGEST_SIDE = 480
"""Pixels of a picture: there may be two hundred on the page."""

MOST_PICTURE_BYTES = 100_000
MOST_BYTES = 8_000_000
"""Of all pictures together."""

MOST_NOTES = 6

TITLES: Mapping[Group, tuple[str, str]] = {
    "label": (
        "Likely label errors",
        "A confident detection without a label or on a label of another class, or a label that is "
        "found at no score though its class is found well. Look at these before training again.",
    ),
    "confusion": ("Confusions", "Boxes that are found, but as another class."),
    "miss": ("Misses", "Labelled boxes that no detection above the threshold lies on."),
    "false alarm": ("False alarms", "Detections above the threshold that lie on no label."),
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A box on the picture. look: truth or found, and right or wrong."""

    place: tuple[float, float, float, float]
    look: str
    title: str


@dataclass(frozen=True, slots=True)
class ShownImage:
    """An image with its boxes and what is wrong with it. source: the picture as a data URI."""

    image: LabelledImage
    width: float
    height: float
    name: str
    source: str | None
    boxes: list[Drawn]
    notes: list[str]
    more: int


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """The images of a group."""

    title: str
    explanation: str
    images: list[ShownImage]


def images_shown(labelled: LabelledImages, reviewed: Review) -> Iterator[str]:
    """Return the names of the images that the page shows, the worst of each group first."""
    names = {image.id: image.name for image in labelled.images}
    for cases in reviewed.cases.values():
        for case in cases:
            yield names[case.image_id]


def shown_groups(subject: Subject, pictures: Mapping[str, Picture]) -> list[ShownGroup]:
    """Return the groups that have images, each with the worst first."""
    images = {image.id: image for image in subject.labelled.images}
    sources = dict(_within_limits(subject, images, pictures))
    return [
        ShownGroup(
            *TITLES[group],
            [
                _shown(subject, case, images[case.image_id], sources.get(case.image_id))
                for case in cases
            ],
        )
        for group, cases in subject.review.cases.items()
        if cases
    ]


def _within_limits(
    subject: Subject, images: Mapping[int, LabelledImage], pictures: Mapping[str, Picture]
) -> Iterator[tuple[int, str]]:
    left = MOST_BYTES
    for cases in subject.review.cases.values():
        for case in cases:
            picture = pictures.get(images[case.image_id].name)
            if picture and len(picture.content) <= min(MOST_PICTURE_BYTES, left):
                left -= len(picture.content)
                yield case.image_id, picture.data_uri()


def _shown(subject: Subject, case: Case, image: LabelledImage, source: str | None) -> ShownImage:
    boxes = [_drawn(subject, mark) for mark in case.marks]
    notes = list(_notes(subject, case.marks))
    return ShownImage(
        image,
        image.width or max((box.place[0] + box.place[2] for box in boxes), default=1),
        image.height or max((box.place[1] + box.place[3] for box in boxes), default=1),
        image.name.rpartition("/")[2],
        source,
        # Hits first: what is wrong lies above them.
        sorted(boxes, key=lambda box: "wrong" in box.look),
        notes[:MOST_NOTES],
        max(len(notes) - MOST_NOTES, 0),
    )


def _drawn(subject: Subject, mark: Mark) -> Drawn:
    source = "truth" if mark.score is None else "found"
    verdict = "right" if mark.verdict == "hit" else "wrong"
    return Drawn(mark.place, f"{source} {verdict}", _title(subject, mark))


def _title(subject: Subject, mark: Mark) -> str:
    name = subject.class_name(mark.class_id)
    return f"{name}, label" if mark.score is None else f"{name} {mark.score:.2f}"


def _notes(subject: Subject, marks: list[Mark]) -> Iterator[str]:
    """First what may be wrong with the labels, then what is wrong with the detections."""
    for mark in marks:
        if mark.suspicion:
            yield f"{_title(subject, mark)}: {mark.suspicion}"
    rest: Counter[str] = Counter(
        f"{mark.verdict}: {subject.class_name(mark.class_id)}"
        for mark in marks
        if mark.verdict in ("miss", "false alarm") and not mark.suspicion
    )
    for before, mark in pairwise(marks):  # a confusion's label comes before its detection
        if mark.verdict == "confusion" and mark.score is not None and not mark.suspicion:
            true, found = subject.class_name(before.class_id), subject.class_name(mark.class_id)
            rest[f"confusion: {true} as {found}"] += 1
    for note, number in rest.most_common():
        yield note if number == 1 else f"{note} ×{number}"
