"""The demo's pictures as the train channel hands them over, and what a detector finds on others."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache

import msgspec

from lambdas.evaluation.algorithm_output import algorithm_output
from lambdas.evaluation.manifest_truth import manifest_truth
from lambdas.evaluation.measure import measured
from lambdas.evaluation.summary import summarize
from lambdas.evaluation.voc_matching import VocRule
from local.aws.sagemaker.detector.training import LabelledImage
from local.demo.pictures import demo_data_set

PREFIX = "s3://bucket/"


@cache
def pictures() -> tuple[LabelledImage, ...]:
    """All of them, in the manifest's order."""
    found = demo_data_set(PREFIX, "boxes", "job")
    records = [json.loads(line) for line in found.manifest.splitlines()]
    return tuple(
        LabelledImage(
            found.images[record["source-ref"].removeprefix(PREFIX)],
            json.dumps(record["boxes"]).encode(),
        )
        for record in records
    )


def ap50(first: int, rows: Iterable[list[list[float]]]) -> float:
    """Measure the rows that were found on the pictures from a number on."""
    lines = demo_data_set(PREFIX, "boxes", "job").manifest.splitlines()[first:]
    truth = manifest_truth(lines)
    answers = (msgspec.json.encode({"prediction": each}) for each in rows)
    found = [
        (image.id, algorithm_output(answer, image.width, image.height))
        for image, answer in zip(truth.images, answers, strict=True)
    ]
    return summarize(measured(truth, found, VocRule())).evaluation.coco.ap50
