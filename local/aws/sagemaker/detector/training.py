"""Learns a network from labelled pictures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from local.aws.sagemaker.detector.adam import Adam
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.network import Loss, Network
from local.aws.sagemaker.detector.targets import Example

LOOKS = 8
"""How often an epoch looks at each picture. The built-in algorithm starts at weights that know
pictures; this network starts at random, and would learn little in as few epochs."""
_STEP = 5
"""Adam's step for a learning rate of 1: a network this small takes larger steps."""


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """A JPEG or PNG file and its annotation, as the train channel hands them over."""

    image: bytes
    annotation: bytes


def train(
    images: Iterable[LabelledImage],
    honoured: Honoured,
    on_epoch: Callable[[int, Loss], object] = lambda _epoch, _loss: None,
) -> Network:
    """Learn from labelled pictures; half a megabyte of memory each.

    Args:
        images: what to learn from; some may have no boxes.
        honoured: the hyperparameters.
        on_epoch: is told the mean loss of each epoch, which counts from 0.
    """
    randomness = np.random.default_rng(honoured.seed)
    examples = [
        Example.of(each.image, each.annotation, honoured.overlap_threshold) for each in images
    ]
    network = Network.untrained(honoured.num_classes, randomness)
    adam = Adam(network.weights, honoured.weight_decay)
    for epoch in range(honoured.epochs):
        losses = []
        for number in np.concatenate([randomness.permutation(len(examples)) for _ in range(LOOKS)]):
            gradients, loss = network.gradients(examples[number].look(randomness))
            adam.step(gradients, _STEP * honoured.rate(epoch))
            losses.append(loss)
        on_epoch(epoch, _mean(losses))
    return network


def _mean(losses: list[Loss]) -> Loss:
    count = max(len(losses), 1)
    return Loss(
        sum(loss.cross_entropy for loss in losses) / count,
        sum(loss.smooth_l1 for loss in losses) / count,
    )
