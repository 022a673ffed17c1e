"""The optimizer: Adam with decoupled weight decay (Loshchilov and Hutter, 2019)."""

import numpy as np

from local.aws.sagemaker.detector.network import Weights

_MEAN, _SQUARE, _TINY = 0.9, 0.999, 1e-8


class Adam:
    """Changes weights in place."""

    def __init__(self, weights: Weights, decay: float) -> None:
        self._weights, self._decay, self._steps = weights, decay, 0
        self._means = {name: np.zeros_like(value) for name, value in weights.items()}
        self._squares = {name: np.zeros_like(value) for name, value in weights.items()}

    def step(self, gradients: Weights, rate: float) -> None:
        """Go one step against the gradients."""
        self._steps += 1
        for name, weight in self._weights.items():
            mean, square, gradient = self._means[name], self._squares[name], gradients[name]
            mean += (1 - _MEAN) * (gradient - mean)
            square += (1 - _SQUARE) * (gradient**2 - square)
            size = np.sqrt(square / (1 - _SQUARE**self._steps)) + _TINY
            move = mean / (1 - _MEAN**self._steps) / size + self._decay * weight
            np.subtract(weight, rate * move, out=weight)
