"""Which of the built-in algorithm's hyperparameters the stand-in honours, and which it cannot."""

from collections.abc import Mapping
from typing import Any, Self

import msgspec

NOT_HONOURED = (
    "base_network",
    "use_pretrained_model",
    "freeze_layer_pattern",
    "image_shape",
    "optimizer",
    "momentum",
    "mini_batch_size",
    "early_stopping",
    "kv_store",
    "num_training_samples",
    "label_width",
)
"""They say how the built-in network is made and fed; ``label_width`` and ``num_training_samples``
are checked, and change nothing."""


class Honoured(msgspec.Struct, frozen=True, kw_only=True):
    """The hyperparameters that the stand-in is trained with."""

    num_classes: int
    epochs: int = 30
    learning_rate: float = 0.001
    lr_scheduler_step: tuple[int, ...] = ()
    lr_scheduler_factor: float = 0.1
    weight_decay: float = 0.0005
    overlap_threshold: float = 0.5
    nms_threshold: float = 0.45
    nms_topk: int = 400
    seed: int = 0
    """Not one of the algorithm's: the pictures' order and the first weights follow from it."""

    @classmethod
    def of(cls, hyperparameters: Mapping[str, Any], seed: int = 0) -> Self:
        """Take them from all of the algorithm's, parsed."""
        steps = tuple(int(step) for step in hyperparameters["lr_scheduler_step"].split(",") if step)
        named = (field.name for field in msgspec.structs.fields(cls))
        given = {name: hyperparameters[name] for name in named if name in hyperparameters}
        return msgspec.convert(given | {"lr_scheduler_step": steps, "seed": seed}, cls)

    def rate(self, epoch: int) -> float:
        """Return the learning rate of an epoch, which counts from 0."""
        passed = sum(epoch >= step for step in self.lr_scheduler_step)
        return self.learning_rate * self.lr_scheduler_factor**passed
