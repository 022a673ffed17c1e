"""Writes review.manifest: the images to look at, with the predicted boxes beside the labels.

The predictions get an attribute of their own in the form that Ground Truth itself writes, so that
the manifest can be the input of a label adjustment job on that attribute:
https://docs.aws.amazon.com/sagemaker/latest/dg/sms-verification-data.html
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.manifest_truth import OBJECT_DETECTION
from lambdas.evaluation.review import Mark, Review, names_of

ATTRIBUTE = "predicted"

_decode_line = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def review_manifest(
    lines: Iterable[bytes], reviewed: Review, labelled: LabelledImages, now: datetime
) -> Iterator[bytes]:
    """Return the lines of the review manifest, each with its line feed, in the order of the cases.

    Args:
        lines: of the manifest that the evaluation's truth is from.
        reviewed: the images to review.
        labelled: what they are labelled with, by line number.
        now: the time of the evaluation, UTC.

    Every line stays as it is; only an attribute ATTRIBUTE that it had is replaced.
    """
    cases = [case for group in reviewed.cases.values() for case in group]
    images = {image.id: image for image in labelled.images}
    created = now.strftime("%Y-%m-%dT%H:%M:%S")
    wanted = {case.image_id for case in cases}
    found = {number: line for number, line in enumerate(lines, 1) if number in wanted}
    for case in cases:
        marks = [mark for mark in case.marks if mark.score is not None]
        line: dict[str, Any] = dict(_decode_line(found[case.image_id]))
        line[ATTRIBUTE] = _label(marks, images[case.image_id])
        line[f"{ATTRIBUTE}-metadata"] = {
            "objects": [{"confidence": round(mark.score or 0.0, 4)} for mark in marks],
            "class-map": names_of(marks, labelled.names),
            "type": OBJECT_DETECTION,
            "human-annotated": "no",
            "creation-date": created,
            "job-name": f"gt-train-evaluate/{case.group.replace(' ', '-')}",
        }
        yield msgspec.json.encode(line) + b"\n"


def _label(marks: Sequence[Mark], image: LabelledImage) -> dict[str, Any]:
    return {
        "image_size": [{"width": image.width, "height": image.height, "depth": 3}],
        "annotations": [_annotation(mark, image) for mark in marks],
    }


def _annotation(mark: Mark, image: LabelledImage) -> dict[str, int]:
    """Return a box in whole pixels within the image, as the labeling interface draws them."""
    left, top, width, height = mark.place
    first, upper = _within(left, image.width - 1), _within(top, image.height - 1)
    return {
        "class_id": mark.class_id,
        "left": first,
        "top": upper,
        "width": max(_within(left + width, image.width) - first, 1),
        "height": max(_within(top + height, image.height) - upper, 1),
    }


def _within(value: float, highest: int) -> int:
    return min(max(round(value), 0), highest)
