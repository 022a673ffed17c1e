"""The stand-in learns from the pictures that it is given, as the hyperparameters say."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.sagemaker.algorithm_hyperparameters import checked_hyperparameters
from local.aws.sagemaker.detector.artifact import Artifact
from local.aws.sagemaker.detector.child_process import work
from local.aws.sagemaker.detector.geometry import overlaps
from local.aws.sagemaker.detector.honoured import NOT_HONOURED, Honoured
from local.aws.sagemaker.detector.inference import detect, suppress_repeated
from local.aws.sagemaker.detector.network import Loss, Network
from local.aws.sagemaker.detector.training import LabelledImage, train
from local.aws.sagemaker.detector.worker import TrainingTask
from tests.local.aws.sagemaker.detector.labelled_pictures import ap50, pictures

TRAIN = 44
FEW = pictures()[:6]
ONCE = Honoured(num_classes=3, epochs=1)


def go_on() -> None:
    """Never end."""


def found(artifact: bytes) -> list[list[list[float]]]:
    """The rows of an artifact for the pictures that were not trained on, found on one thread."""
    held_out = (each.image for each in pictures()[TRAIN:])
    return [msgspec.json.decode(answer) for answer in work("predict", [artifact, *held_out], go_on)]


@pytest.mark.parametrize("seed", [0, 1])
def test_it_finds_on_other_pictures_what_it_was_taught(seed: int) -> None:
    honoured = Honoured(num_classes=3, epochs=5, seed=seed)
    task = msgspec.json.encode(TrainingTask(honoured, pictures_left_out=0))
    taught = (part for each in pictures()[:TRAIN] for part in (each.image, each.annotation))
    trained = work("train", [task, *taught], go_on)[-1]
    untrained = Artifact(
        Artifact.from_bytes(trained).document,
        Network.untrained(3, np.random.default_rng(seed)),
    )
    assert ap50(TRAIN, found(untrained.to_bytes())) < 0.05
    assert ap50(TRAIN, found(trained)) > 0.3


def losses(images: Sequence[LabelledImage], honoured: Honoured) -> list[float]:
    of_epochs: list[float] = []

    def keep(_epoch: int, loss: Loss) -> None:
        of_epochs.append(loss.cross_entropy + loss.smooth_l1)

    train(images, honoured, keep)
    return of_epochs


def test_its_loss_falls_from_epoch_to_epoch() -> None:
    of_epochs = losses(FEW, Honoured(num_classes=3, epochs=4))
    assert len(of_epochs) == 4
    assert of_epochs[-1] < 0.5 * of_epochs[0]


def test_a_rate_of_next_to_nothing_teaches_next_to_nothing() -> None:
    fast, slow = (losses(FEW, Honoured(num_classes=3, epochs=2, learning_rate=rate))[-1]
                  for rate in (0.001, 1e-7))  # fmt: skip
    assert fast < 0.5 * slow


def test_the_rate_falls_at_each_step_of_the_schedule() -> None:
    honoured = Honoured(num_classes=1, lr_scheduler_step=(2, 4), lr_scheduler_factor=0.1)
    rates = [honoured.rate(epoch) for epoch in range(5)]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-4, 1e-4, 1e-5])


def test_weight_decay_keeps_weights_small() -> None:
    free, held = (
        train(FEW, Honoured(num_classes=3, epochs=1, weight_decay=decay)).weights["w1"]
        for decay in (1e-9, 0.99)
    )
    assert np.abs(held).sum() < np.abs(free).sum()


def test_pictures_without_any_box_are_learned_from_as_well() -> None:
    empty = [pictures()[16]] * 2
    network = train(empty, ONCE)
    assert all(np.isfinite(weight).all() for weight in network.weights.values())


def test_every_hyperparameter_is_honoured_or_said_not_to_be() -> None:
    settings = checked_hyperparameters({"num_classes": "3", "num_training_samples": "9"})
    said = {name for name in settings if name.startswith(NOT_HONOURED)}
    assert said | set(Honoured.__struct_fields__) >= set(settings)
    given_all = {**settings, "lr_scheduler_step": "3,6", "epochs": 7}
    honoured = Honoured.of(given_all, seed=4)
    assert (honoured.lr_scheduler_step, honoured.epochs, honoured.seed) == ((3, 6), 7, 4)


def test_rows_are_those_of_the_algorithm_detections_first_by_falling_score() -> None:
    rows = detect(train(FEW, ONCE), FEW[0].image, ONCE)
    scores = rows[rows[:, 1] >= 0][:, 1]
    assert rows.shape[1] == 6
    assert len(rows) > 2000
    assert set(rows[:, 0]) <= {-1, 0, 1, 2}
    assert (np.diff(scores) <= 0).all()
    boxes = rows[rows[:, 0] >= 0][:, 2:]
    assert ((boxes >= 0) & (boxes <= 1)).all()
    assert (rows[400:, 0] == -1).all()


row = st.tuples(
    st.integers(0, 1), st.floats(0.1, 1), *[st.floats(0, 0.5)] * 2, *[st.floats(0.5, 1)] * 2
)


@given(st.lists(row, max_size=12), st.floats(0.1, 0.9))
def test_of_detections_that_overlap_by_more_than_the_threshold_the_best_one_of_a_class_stays(
    drawn: list[tuple[float, ...]], threshold: float
) -> None:
    rows = np.array(sorted(drawn, key=lambda each: -each[1]), float).reshape(-1, 6)
    before = rows.copy()
    suppress_repeated(rows, threshold)
    kept = rows[:, 0] >= 0
    table = overlaps(before[:, 2:], before[:, 2:]) > threshold
    same = before[:, :1] == before[:, 0]
    for place in range(len(rows)):
        better = table[place, :place] & same[place, :place] & kept[:place]
        assert kept[place] != better.any()
