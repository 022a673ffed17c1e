"""Evaluations to make pages of, from boxes and detections of a few images."""

from typing import Any

from lambdas.evaluation.document import Evaluation
from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.measure import measured
from lambdas.evaluation.review import review
from lambdas.evaluation.summary import summarize
from lambdas.evaluation.voc_matching import VocRule
from lambdas.pages.evaluation.subject import Subject
from tests.unit.evaluation.references import Case, Place

BOX: Place = (10.0, 10.0, 40.0, 40.0)
ELSEWHERE: Place = (200.0, 200.0, 90.0, 40.0)


def any_case(images: int = 6, classes: int = 2) -> Case:
    """In each image a box; in the first it is missed, in the second found as another class."""
    case = Case(list(range(1, images + 1)), list(range(classes)))
    for image in case.images:
        class_id = image % classes
        case.annotations.append((image, class_id, BOX, 1600.0, False))
        if image > 1:
            found = (class_id + 1) % classes if image == 2 else class_id
            score = 0.535 if image == 2 else 0.5 + image / 100  # kept, but not confident
            case.found.append((image, found, score, BOX))
    case.found.append((images, 0, 0.9, ELSEWHERE))
    return case


def subject_of(
    case: Case, names: dict[int, str] | None = None, uri: str = "s3://images", **changes: Any
) -> Subject:
    images = [
        LabelledImage(image, f"{uri}/{image:04}.jpg", 400, 300, case.truth(image))
        for image in case.images
    ]
    labelled = LabelledImages(images, names or {0: "dog", 1: "cat"}, all_named=False)
    found = (
        (image, [(c, s, *place) for of, c, s, place in case.found if of == image])
        for image in case.images
    )
    evaluator = measured(labelled, found, VocRule())
    summary = summarize(evaluator)
    given = {"name": "model-2", "measured_on": "validation images", "incumbent": None, **changes}
    return Subject(labelled=labelled, summary=summary, review=review(evaluator, summary), **given)


def evaluation_of(case: Case) -> Evaluation:
    return summarize(case.evaluator()).evaluation
