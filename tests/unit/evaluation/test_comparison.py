"""Answers are matched with the images of their own bucket, by listing."""

import json
from collections.abc import Iterable, Iterator, Mapping

import pytest

from lambdas.errors import PredictionsNotUsable
from lambdas.evaluation.boxes import truth_box
from lambdas.evaluation.comparison import Comparison, compare
from lambdas.evaluation.labelled import LabelledImage, LabelledImages
from lambdas.evaluation.voc_matching import VocRule
from lambdas.messages.evaluation import Predicted, Prediction

ANSWER = json.dumps({"prediction": [[0, 0.9, 0.0, 0.0, 0.5, 0.5]]}).encode()
NOTHING = json.dumps({"prediction": [[-1, -1, -1, -1, -1, -1]]}).encode()


class Files:
    """Answers in memory, by their S3 URI."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self._contents = contents

    def listed(self, output: str) -> Iterator[str]:
        return (uri for uri in self._contents if uri.startswith(output))

    def read(self, uris: Iterable[str]) -> Iterator[bytes]:
        return (self._contents[uri] for uri in uris)


def predicted(bucket: str, output: str) -> Predicted:
    prediction = Prediction(
        model="candidate",
        image_bucket=bucket,
        image_count=1,
        images="",
        output=output,
        model_artifact="",
        container="",
    )
    return Predicted(prediction=prediction, transform_job="job", failure=None)


def compared(images: list[str], contents: Mapping[str, bytes]) -> Comparison:
    truth = {0: [truth_box((0.0, 0.0, 50.0, 50.0))]}
    labelled = [LabelledImage(number, name, 100, 100, truth) for number, name in enumerate(images)]
    buckets = dict.fromkeys(name.split("/")[2] for name in images)
    return compare(
        LabelledImages(labelled, {0: "dog"}, all_named=False),
        [predicted(bucket, f"s3://out/{number}/") for number, bucket in enumerate(buckets)],
        Files(contents),
        rule=VocRule(),
        max_missing_fraction=0,
    )


def test_two_buckets_may_have_images_of_the_same_name() -> None:
    found = compared(
        ["s3://one/1.jpg", "s3://two/1.jpg"],
        {"s3://out/0/1.jpg.out": ANSWER, "s3://out/1/1.jpg.out": NOTHING},
    )

    assert [(each.id, each.tp, each.fn) for each in found.summary.evaluation.images] == [
        (0, 1, 0),
        (1, 0, 1),
    ]


def test_an_answer_that_fits_two_images_is_refused_by_name() -> None:
    with pytest.raises(PredictionsNotUsable, match=r"s3://out/0/: .*1\.jpg\.out may be"):
        compared(["s3://one/a/1.jpg", "s3://one/b/1.jpg"], {"s3://out/0/1.jpg.out": ANSWER})


def test_files_that_are_no_answers_are_passed_over() -> None:
    found = compared(
        ["s3://one/1.jpg"], {"s3://out/0/1.jpg.out": ANSWER, "s3://out/0/1.jpg.log": b"x"}
    )

    assert found.summary.evaluation.coco.ap == 1.0
