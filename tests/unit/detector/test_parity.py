"""The exported models answer as MXNet 1.9.1 did: `benchmarks/mxnet_parity/README.md`."""

from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from cli.detector.exporting import Choices, export
from cli.detector.session import OnnxDetector
from tests.unit.detector.mxnet_files import FIXTURES, archive_of

CASES = ("resnet-50-random", "resnet-50-trained", "vgg-16-random", "vgg-16-deployed")
HEADS = ("cls_prob", "multibox_loc_pred")


@cache
def detector(case: str) -> OnnxDetector:
    return OnnxDetector(export(archive_of(case), Choices(heads=True)).content)


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def as_input(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    return image.transpose(2, 0, 1)[np.newaxis].astype(np.float32)


def test_the_heads_are_those_of_mxnet(case: str) -> None:
    reference = np.load(FIXTURES / case / "reference.npz")
    for number, image in enumerate(reference["images"]):
        scores, corrections = detector(case).run(HEADS, as_input(image))
        np.testing.assert_allclose(scores[0], reference["cls_prob"][number], atol=2e-5)
        np.testing.assert_allclose(corrections[0], reference["loc_preds"][number], atol=1e-4)


def test_the_boxes_are_those_of_mxnet(case: str) -> None:
    reference = np.load(FIXTURES / case / "reference.npz")
    for number, image in enumerate(reference["images"]):
        (found,) = detector(case).run(("detections",), as_input(image))
        expected = reference[f"detections_{number}"]
        assert len(expected) > 0
        np.testing.assert_allclose(found, expected, atol=2e-5)


def test_the_same_model_gives_the_same_bytes() -> None:
    archive = archive_of("resnet-50-trained")
    assert export(archive, Choices()).content == export(archive, Choices()).content
