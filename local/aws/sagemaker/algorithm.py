"""What the built-in object-detection algorithm refuses before it trains.

The texts of errors that are known from real jobs are theirs; the others are this project's words.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from local.aws.sagemaker.channels import UNPARSABLE, Record
from local.aws.sagemaker.job import JobFailed
from local.aws.sagemaker.learning import TrainChannel

# Amazon SageMaker developer guide, object-detection.md, "EC2 Instance Recommendation".
_GPU_FAMILIES = ("ml.p2.", "ml.p3.", "ml.p3dn.", "ml.g4dn.", "ml.g5.")
# label_width counts two numbers of header and five for each object.
_HEADER_WIDTH, _OBJECT_WIDTH = 2, 5
_BOX = ("class_id", "left", "top", "width", "height")

Log = Callable[[str], None]


@dataclass(slots=True)
class _Counts:
    usable: int = 0
    skipped: int = 0


def check_channels(
    request: dict[str, Any],
    channels: dict[str, Iterable[Record]],
    settings: dict[str, Any],
    log: Log,
) -> TrainChannel:
    """Read all records of both channels and check what the algorithm checks.

    Args:
        request: the CreateTrainingJob request.
        channels: the records of each channel by its name.
        settings: the hyperparameters, parsed.
        log: takes a line.

    Returns:
        What there is to train on.

    Raises:
        JobFailed: with the algorithm's message.
    """
    instance = request["ResourceConfig"]["InstanceType"]
    if not instance.startswith(_GPU_FAMILIES):
        raise JobFailed(
            "ClientError: object-detection trains on GPU instances only (P2, P3, G4dn, G5), "
            f"found {instance}"
        )
    for name in ("train", "validation"):
        if name not in channels:
            raise JobFailed(f"ClientError: Test data is not provided: channel '{name}' is missing")
    train = TrainChannel()
    counts = {
        name: _read(name, records, settings, log, train.keep if name == "train" else _pass)
        for name, records in channels.items()
    }
    _check_batches(counts["train"], settings, log)
    return train


def _pass(_record: Record) -> None:
    """Do without a record: the validation channel is only checked."""


def _read(
    name: str,
    records: Iterable[Record],
    settings: dict[str, Any],
    log: Log,
    keep: Callable[[Record], None],
) -> _Counts:
    counts = _Counts()
    for record in records:
        boxes = _boxes(record.annotation)
        _check_boxes(boxes, settings)
        problem = _image_problem(record.image)
        if problem:
            counts.skipped += 1
            log(f"WARNING channel '{name}': image {counts.usable + counts.skipped}: {problem}")
        else:
            counts.usable += 1
            keep(record)
    if not counts.usable:
        raise JobFailed(UNPARSABLE)
    log(f"INFO channel '{name}': {counts.usable} records read, {counts.skipped} skipped")
    return counts


def _boxes(annotation: bytes) -> list[dict[str, Any]]:
    try:
        boxes = json.loads(annotation)["annotations"]
        usable = all(isinstance(box[field], int | float) for box in boxes for field in _BOX)
    except (ValueError, TypeError, KeyError) as error:
        raise JobFailed(UNPARSABLE) from error
    if not usable:
        raise JobFailed(UNPARSABLE)
    return list(boxes)


def _check_boxes(boxes: list[dict[str, Any]], settings: dict[str, Any]) -> None:
    width = _HEADER_WIDTH + _OBJECT_WIDTH * len(boxes)
    if width > settings["label_width"]:
        raise JobFailed(
            "ClientError: Invalid parameter value 'label_width'. Please ensure that the value of "
            f"parameter 'label_width' is large enough: {len(boxes)} objects on an image need "
            f"{width}, found {settings['label_width']}"
        )
    outside = {b["class_id"] for b in boxes if not 0 <= b["class_id"] < settings["num_classes"]}
    if outside:
        raise JobFailed(
            f"ClientError: class ids {sorted(outside)} are not below num_classes "
            f"{settings['num_classes']}"
        )


def _image_problem(image: bytes) -> str | None:
    try:
        with Image.open(io.BytesIO(image)) as opened:
            opened.load()
    except Exception as error:  # noqa: BLE001 - a decoder may raise anything
        return f"cannot be decoded ({error})"
    return None


def _check_batches(train: _Counts, settings: dict[str, Any], log: Log) -> None:
    batch = settings["mini_batch_size"]
    if train.usable < batch:
        raise JobFailed(
            "ClientError: The number of input images must be bigger or equal to the "
            "mini_batch_size."
        )
    expected, processed = settings["num_training_samples"] // batch, train.usable // batch
    if settings["num_training_samples"] != train.usable:
        log(
            f"WARNING Expected number of batches: {expected}, did not match the number of batches "
            f"processed: {processed}. This may happen when some images or annotations are invalid "
            "and cannot be parsed. Please check the dataset and ensure it follows the format in "
            "the documentation."
        )
