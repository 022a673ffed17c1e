"""Reads what ``gt-train evaluate`` measures: truth and predictions, from files and folders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from lambdas.evaluation.algorithm_output import algorithm_output
from lambdas.evaluation.answers import with_answers
from lambdas.evaluation.boxes import Detection
from lambdas.evaluation.coco_results import OutOfOrder, sorted_results, streamed_results
from lambdas.evaluation.coco_truth import coco_truth
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.labelled import LabelledImage, LabelledImages, NotMeasurable
from lambdas.evaluation.manifest_truth import manifest_truth
from lambdas.evaluation.measure import measured
from lambdas.evaluation.output_keys import SUFFIX, outputs_by_image
from lambdas.evaluation.voc_matching import VocRule

LONGEST_LINE = 400_000
"""Bytes: a line of a manifest has at most 100,000 characters (Ground Truth developer guide)."""


@dataclass(frozen=True, slots=True)
class Measured:
    """Predictions that were measured. missing: the names of images that had no answer."""

    evaluator: Evaluator
    missing: list[str]


class _RecordStart(msgspec.Struct, rename="kebab"):
    source_ref: str


def read_truth(path: Path, label_attribute: str | None) -> LabelledImages:
    """Return the truth in a manifest or a file of COCO annotations, told apart by their first line.

    Raises:
        NotMeasurable: the file can't be read, or is neither.
    """
    with _named(path), path.open("rb") as file:
        if _is_manifest(file.readline(LONGEST_LINE)):
            file.seek(0)
            return manifest_truth(file, label_attribute)
        file.seek(0)
        return coco_truth(file.read())


def measure(labelled: LabelledImages, predictions: Path, rule: VocRule) -> Measured:
    """Measure predictions: a folder of the algorithm's answers or a file of COCO results.

    Raises:
        NotMeasurable: they can't be read, or don't belong to the truth.
    """
    if predictions.is_dir():
        return _measure_answers(labelled, predictions, rule)
    with _named(predictions), predictions.open("rb") as file:
        try:
            return Measured(measured(labelled, streamed_results(file), rule), [])
        except OutOfOrder:
            file.seek(0)
            return Measured(measured(labelled, sorted_results(file), rule), [])


def _is_manifest(line: bytes) -> bool:
    try:
        msgspec.json.decode(line, type=_RecordStart)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _measure_answers(labelled: LabelledImages, folder: Path, rule: VocRule) -> Measured:
    outputs = (path.relative_to(folder).as_posix() for path in folder.rglob(f"*{SUFFIX}"))
    answers = outputs_by_image((image.name for image in labelled.images), outputs)
    if not answers:
        raise NotMeasurable(f"{folder}: no {SUFFIX} file belongs to an image of the truth")
    answered, missing = with_answers(labelled, answers)
    found = (
        (image.id, _answer(folder / answers[image.name], image, labelled))
        for image in answered.images
    )
    return Measured(measured(answered, found, rule), missing)


def _answer(path: Path, image: LabelledImage, labelled: LabelledImages) -> list[Detection]:
    with _named(path):
        if not image.width or not image.height:
            raise NotMeasurable(f"the truth does not tell width and height of {image.name}")
        found = algorithm_output(path.read_bytes(), image.width, image.height)
        return _in_categories(found, sorted(labelled.names)) if labelled.all_named else found


def _in_categories(found: list[Detection], categories: list[int]) -> list[Detection]:
    """Training numbers the classes from 0: COCO's categories, in the order of their ids."""
    for class_id, *_ in found:
        if class_id >= len(categories):
            raise NotMeasurable(f"class {class_id}, but the truth has {len(categories)} categories")
    return [(categories[row[0]], *row[1:]) for row in found]


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Make every fault one line that begins with the file that it is about."""
    try:
        yield
    except OSError as error:
        raise NotMeasurable(f"{path}: {error.strerror}") from error
    except (NotMeasurable, ValueError) as error:
        raise NotMeasurable(" ".join(f"{path}: {error}".split())) from error
