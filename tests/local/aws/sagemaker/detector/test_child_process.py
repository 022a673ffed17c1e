"""The child process that trains and predicts."""

from __future__ import annotations

import msgspec
import pytest

from local.aws.sagemaker.detector.artifact import Artifact
from local.aws.sagemaker.detector.child_process import WorkFailed, work
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.worker import EpochDone, TrainingTask
from tests.local.aws.sagemaker.detector.labelled_pictures import pictures

TASK = msgspec.json.encode(TrainingTask(Honoured(num_classes=3, epochs=2), pictures_left_out=7))
FEW = pictures()[:3]
ASKED = [TASK, *(part for each in FEW for part in (each.image, each.annotation))]


def go_on() -> None:
    """Never end."""


def test_it_tells_of_each_epoch_and_hands_back_what_it_trained() -> None:
    *epochs, artifact = work("train", ASKED, go_on)
    done = [msgspec.json.decode(each, type=EpochDone) for each in epochs]
    document = Artifact.from_bytes(artifact).document
    assert [each.epoch for each in done] == [0, 1]
    assert (document.pictures, document.pictures_left_out) == (3, 7)


def test_the_same_seed_learns_the_same() -> None:
    assert work("train", ASKED, go_on) == work("train", ASKED, go_on)


def test_an_artifact_answers_for_each_picture_in_turn() -> None:
    artifact = work("train", ASKED, go_on)[-1]
    answers = work("predict", [artifact, *(each.image for each in FEW)], go_on)
    assert len(answers) == len(FEW)
    assert all(len(row) == 6 for answer in answers for row in msgspec.json.decode(answer))


def test_work_that_fails_says_its_last_words() -> None:
    with pytest.raises(WorkFailed, match="NotAStandIn"):
        work("predict", [b"no artifact"], go_on)


def test_work_that_nobody_waits_for_is_ended() -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    long = msgspec.json.encode(TrainingTask(Honoured(num_classes=3, epochs=10_000), 0))
    with pytest.raises(Stopped):
        work("train", [long, *ASKED[1:]], stop)
