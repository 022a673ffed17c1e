"""The network: one hidden layer that judges windows, and the gradients of SSD's loss."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from local.aws.sagemaker.detector.geometry import Array
from local.aws.sagemaker.detector.pyramid import FEATURES
from local.aws.sagemaker.detector.targets import Look

_HIDDEN = 64
_NEGATIVES_PER_POSITIVE = 3
"""The hardest windows without an object that count (``negative_mining_ratio``)."""

Weights = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the network says of some windows, one row each."""

    hidden: Array
    probabilities: Array
    """Of no object, and of each class."""
    offsets: Array


@dataclass(frozen=True, slots=True)
class Loss:
    """The two parts of SSD's loss, for each window with an object."""

    cross_entropy: float
    smooth_l1: float


@dataclass(frozen=True, slots=True)
class Network:
    """Its weights by name, the arrays of ``model.tar.gz``."""

    weights: Weights

    NAMES = ("w1", "b1", "w2", "b2")

    @classmethod
    def untrained(cls, num_classes: int, randomness: np.random.Generator) -> Self:
        """Make one with random weights."""
        outputs = num_classes + 1 + 4
        weights = {
            "w1": randomness.normal(0, (2 / FEATURES) ** 0.5, (FEATURES, _HIDDEN)),
            "b1": np.zeros(_HIDDEN),
            "w2": randomness.normal(0, 0.1, (_HIDDEN, outputs)),
            "b2": np.zeros(outputs),
        }
        return cls({name: value.astype(np.float32) for name, value in weights.items()})

    def judge(self, features: Array) -> Judgement:
        """Say of each window what it shows and where."""
        hidden = np.maximum(features @ self.weights["w1"] + self.weights["b1"], 0)
        output = hidden @ self.weights["w2"] + self.weights["b2"]
        powers = np.exp(output[:, :-4] - output[:, :-4].max(1, keepdims=True))
        return Judgement(hidden, powers / powers.sum(1, keepdims=True), output[:, -4:])

    def gradients(self, look: Look) -> tuple[Weights, Loss]:
        """Return the gradient of the loss for each weight, and the loss."""
        judged = self.judge(look.features)
        positives = max(int((look.labels > 0).sum()), 1)
        used = _used(look.labels, judged.probabilities[:, 0], positives)
        wanted = np.eye(judged.probabilities.shape[1], dtype=np.float32)[look.labels[used]]
        error = (judged.offsets[used] - look.offsets[used]) * (look.labels[used, None] > 0)
        class_slope = judged.probabilities[used] - wanted
        slope = np.concatenate([class_slope, np.clip(error, -1, 1)], 1) / positives
        hidden = judged.hidden[used]
        back = (slope @ self.weights["w2"].T) * (hidden > 0)
        gradients = {
            "w1": look.features[used].T @ back,
            "b1": back.sum(0),
            "w2": hidden.T @ slope,
            "b2": slope.sum(0),
        }
        right = np.maximum((judged.probabilities[used] * wanted).sum(1), 1e-9)
        distance = np.abs(error)
        smooth = np.where(distance < 1, distance**2 / 2, distance - 0.5).sum()
        return gradients, Loss(float(-np.log(right).sum()) / positives, float(smooth) / positives)


def _used(labels: Array, none: Array, positives: int) -> Array:
    """Return the windows with an object, and those without that the network is least sure of."""
    doubt = np.where(labels > 0, 2, none)
    hardest = np.argsort(doubt, kind="stable")[: _NEGATIVES_PER_POSITIVE * positives]
    return np.unique(np.concatenate([np.flatnonzero(labels), hardest]))
