"""The child process that trains or predicts: ``python -m`` this module and the task.

It is fed as the algorithm's container is in Pipe mode, by RecordIO records on standard input, and
answers with records on standard output: a document, then the pictures, each with its annotation
where it is to be trained on.
"""

import sys
from collections.abc import Callable, Iterator
from typing import BinaryIO

import msgspec

from local.aws.sagemaker.detector.artifact import Artifact, StandIn
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.inference import detect
from local.aws.sagemaker.detector.network import Loss
from local.aws.sagemaker.detector.training import LabelledImage, train
from local.aws.sagemaker.recordio import frame, payloads

_AT_ONCE = 1 << 16


class TrainingTask(msgspec.Struct, frozen=True):
    """The first record of a training: what to train with."""

    honoured: Honoured
    pictures_left_out: int


class EpochDone(msgspec.Struct, frozen=True):
    """An answer of a training: the mean loss of an epoch. The last answer is the artifact."""

    epoch: int
    cross_entropy: float
    smooth_l1: float


def train_task(records: Iterator[bytes]) -> Iterator[bytes]:
    """Train on the records; yield an ``EpochDone`` for each epoch, then ``model.tar.gz``."""
    task = msgspec.json.decode(next(records), type=TrainingTask)
    images = [LabelledImage(image, next(records)) for image in records]
    epochs: list[bytes] = []

    def keep(epoch: int, loss: Loss) -> None:
        done = EpochDone(epoch, loss.cross_entropy, loss.smooth_l1)
        epochs.append(msgspec.json.encode(done))

    network = train(images, task.honoured, keep)
    document = StandIn(
        honoured=task.honoured, pictures=len(images), pictures_left_out=task.pictures_left_out
    )
    yield from epochs
    yield Artifact(document, network).to_bytes()


def predict_task(records: Iterator[bytes]) -> Iterator[bytes]:
    """Run the artifact of the first record over the pictures; yield the rows of each as JSON."""
    artifact = Artifact.from_bytes(next(records))
    for image in records:
        rows = detect(artifact.network, image, artifact.document.honoured)
        yield msgspec.json.encode(rows.tolist())


TASKS: dict[str, Callable[[Iterator[bytes]], Iterator[bytes]]] = {
    "train": train_task,
    "predict": predict_task,
}


def main(task: str, asked: BinaryIO, answers: BinaryIO) -> None:
    """Do one task."""
    records = payloads(iter(lambda: asked.read(_AT_ONCE), b""))
    answers.writelines(map(frame, TASKS[task](records)))


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin.buffer, sys.stdout.buffer)
