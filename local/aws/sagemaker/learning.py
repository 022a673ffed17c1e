"""What a training job learns: a stand-in, trained in a child process on the train channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import msgspec

from local.aws.sagemaker.channels import Record
from local.aws.sagemaker.detector.child_process import WorkFailed, work
from local.aws.sagemaker.detector.honoured import NOT_HONOURED, Honoured
from local.aws.sagemaker.detector.worker import EpochDone, TrainingTask
from local.aws.sagemaker.job import JobFailed

MOST_PICTURES = 200
"""Pictures that the stand-in is trained on; half a megabyte of memory and a second in 100 each."""
MOST_BYTES = 200_000_000
"""Bytes of pictures that are kept for it."""


@dataclass(slots=True)
class TrainChannel:
    """The pictures of the train channel that the stand-in is trained on, from its beginning."""

    records: list[Record] = field(default_factory=list)
    left_out: int = 0
    _bytes: int = 0

    def keep(self, record: Record) -> None:
        """Keep a record that the algorithm can use, or count it where there are enough."""
        self._bytes += len(record.image)
        if len(self.records) < MOST_PICTURES and self._bytes <= MOST_BYTES:
            self.records.append(record)
        else:
            self.left_out += 1


@dataclass(frozen=True, slots=True)
class Learned:
    """What training leaves behind."""

    artifact: bytes
    """``model.tar.gz``."""
    metrics: Mapping[str, float]
    """By the name that the built-in algorithm gives them."""


def learn(
    channel: TrainChannel,
    hyperparameters: Mapping[str, Any],
    log: Callable[[str], None],
    keep_going: Callable[[], None],
) -> Learned:
    """Train a stand-in; its log has the built-in algorithm's lines for the losses.

    Args:
        channel: what to train on.
        hyperparameters: all of the algorithm's, parsed.
        log: takes a line.
        keep_going: called while it trains; ends it by raising.

    Raises:
        JobFailed: the child process failed.
    """
    honoured = Honoured.of(hyperparameters)
    log(f"A stand-in is trained, not SageMaker's network. Not honoured: {', '.join(NOT_HONOURED)}")
    if channel.left_out:
        log(f"WARNING trained on the first {len(channel.records)} pictures, "
            f"{channel.left_out} are left out")  # fmt: skip
    task = msgspec.json.encode(TrainingTask(honoured, channel.left_out))
    pairs = ((record.image, record.annotation) for record in channel.records)
    try:
        *epochs, artifact = work("train", chain((task,), *pairs), keep_going)
    except WorkFailed as failure:
        raise JobFailed(f"AlgorithmError: {failure}") from failure
    metrics: dict[str, float] = {}
    for answer in epochs:
        done = msgspec.json.decode(answer, type=EpochDone)
        for name in ("cross_entropy", "smooth_l1"):
            metrics[f"train:{name}"] = getattr(done, name)
            log(
                f"#quality_metric: host=algo-1, epoch={done.epoch}, batch=0 "
                f"train {name} <loss>=({getattr(done, name):.6f})"
            )
    return Learned(artifact, metrics)
