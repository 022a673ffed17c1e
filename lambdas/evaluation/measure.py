"""Measures predictions on labelled images: from both to the evaluator that summarizes them."""

from collections.abc import Iterable

from lambdas.evaluation.boxes import Detection
from lambdas.evaluation.evaluator import Evaluator
from lambdas.evaluation.labelled import LabelledImages, NotMeasurable
from lambdas.evaluation.voc_matching import VocRule


def measured(
    labelled: LabelledImages, predictions: Iterable[tuple[int, list[Detection]]], rule: VocRule
) -> Evaluator:
    """Take in every image with its predictions; an image without any has none.

    Args:
        labelled: the images.
        predictions: the detections by image id, ascending. Where all classes are named, those of
            another are left out, as in pycocotools.
        rule: for VOC's figures.

    Raises:
        NotMeasurable: there are predictions for another image.
    """
    evaluator = Evaluator(rule)
    images = iter(labelled.images)
    named = labelled.names if labelled.all_named else None
    known = {image.id for image in labelled.images}
    for image_id, found in predictions:
        if image_id not in known:
            raise NotMeasurable(f"image {image_id} has predictions, but is not in the truth")
        for image in images:
            if image.id == image_id:
                rows = [row for row in found if named is None or row[0] in named]
                evaluator.add(image_id, image.truth, rows)
                break
            evaluator.add(image.id, image.truth, [])
    for image in images:
        evaluator.add(image.id, image.truth, [])
    return evaluator
