"""Measures a model, and the one of before on the same images, from what both answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from lambdas.errors import PredictionsIncomplete, PredictionsNotUsable
from lambdas.evaluation.algorithm_output import algorithm_output
from lambdas.evaluation.answers import named_few, with_answers
from lambdas.evaluation.boxes import Detection
from lambdas.evaluation.document import Evaluation
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.labelled import LabelledImages, NotMeasurable
from lambdas.evaluation.measure import measured
from lambdas.evaluation.output_keys import outputs_by_image
from lambdas.evaluation.review import Review, review
from lambdas.evaluation.summary import Summary, summarize
from lambdas.evaluation.voc_matching import VocRule
from lambdas.messages.evaluation import Predicted
from lambdas.messages.execution import Execution

MOST_NAMED = 10

Located = Mapping[str, str]
"""S3 URIs of answers by the names of their images."""


class Answers(Protocol):
    """The files that transform jobs have written."""

    def listed(self, output: str) -> Iterable[str]:
        """Return the S3 URIs of all files below a prefix."""

    def read(self, uris: Iterable[str]) -> Iterator[bytes]:
        """Return the content of each file, in this order."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was measured. labelled: the images that it was measured on."""

    labelled: LabelledImages
    missing: list[str]
    """Names of the images that a model gave no answer for."""
    summary: Summary
    review: Review
    incumbent: Evaluation | None
    not_compared: str | None
    """Why the incumbent, though its answers were asked for, is not measured."""


def compare(
    labelled: LabelledImages,
    predicted: Sequence[Predicted],
    answers: Answers,
    *,
    rule: VocRule,
    max_missing_fraction: float,
) -> Comparison:
    """Measure the candidate, and the incumbent where it was asked, on the same images.

    An image that one of the two has no answer for is left out for both. Holds the detections of
    one model at a time.

    Raises:
        PredictionsIncomplete: the candidate has no answer for more than the allowed share.
        PredictionsNotUsable: an answer can't be read, or be told whose it is.
    """
    candidate, incumbent = (
        [each for each in predicted if each.prediction.model == model]
        for model in ("candidate", "incumbent")
    )
    found = _located(labelled, candidate, answers)
    kept, missing = with_answers(labelled, found)
    too_few = _too_few(labelled, missing, candidate, max_missing_fraction)
    if too_few:
        raise PredictionsIncomplete(f"The model {too_few}")
    theirs = _located(kept, incumbent, answers)
    common, missed = with_answers(kept, theirs)
    not_compared = _too_few(kept, missed, incumbent, max_missing_fraction) if incumbent else None
    compared = bool(incumbent) and not_compared is None
    if compared:
        kept, missing = common, sorted([*missing, *missed])
    evaluator = _measured(kept, found, answers, rule)
    summary = summarize(evaluator)
    reviewed = review(evaluator, summary)
    del evaluator  # its detections are most of the memory
    return Comparison(
        kept,
        missing,
        summary,
        reviewed,
        summarize(_measured(kept, theirs, answers, rule)).evaluation if compared else None,
        f"it {not_compared}" if not_compared else None,
    )


def are_of_a_run_before(predicted: Iterable[Predicted], execution: Execution) -> bool:
    """Tell whether a job that failed was asked for by another run of the execution than this.

    A redrive has it run again, as what kept it from its answers may have been done away with.
    """
    return any(each.failure and each.redrive_count < execution.redrive_count for each in predicted)


def _located(
    labelled: LabelledImages, predicted: Iterable[Predicted], answers: Answers
) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in predicted:
        images = f"s3://{each.prediction.image_bucket}/"
        names = (image.name for image in labelled.images if image.name.startswith(images))
        try:
            found |= outputs_by_image(names, answers.listed(each.prediction.output))
        except NotMeasurable as error:
            raise PredictionsNotUsable(f"{each.prediction.output}: {error}") from error
    return found


def _too_few(
    labelled: LabelledImages, missing: Sequence[str], predicted: Iterable[Predicted], most: float
) -> str | None:
    """Say what a model left out, where that is more than allowed or everything."""
    images = len(labelled.images)
    if not missing or (len(missing) / images <= most and len(missing) < images):
        return None
    jobs = "".join(
        f"\nTransform job {each.transform_job}: {each.failure}"
        for each in predicted
        if each.failure
    )
    return (
        f"gave no answer for {len(missing)} of {images} images; max_missing_fraction allows"
        f" {most:.1%}: {named_few(missing, MOST_NAMED)}{jobs}"
    )


def _measured(
    labelled: LabelledImages, located: Located, answers: Answers, rule: VocRule
) -> Evaluator:
    return measured(labelled, _detections(labelled, located, answers), rule)


def _detections(
    labelled: LabelledImages, located: Located, answers: Answers
) -> Iterator[tuple[int, list[Detection]]]:
    contents = answers.read(located[image.name] for image in labelled.images)
    for image, content in zip(labelled.images, contents, strict=True):
        try:
            yield image.id, algorithm_output(content, image.width, image.height)
        except NotMeasurable as error:
            raise PredictionsNotUsable(f"{located[image.name]}: {error}") from error
