"""What a version before has written is read by the functions of today."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lambdas.messages.evaluation import (
    Gate,
    Predicted,
)
from lambdas.messages.execution import ExecutionInput
from lambdas.messages.payloads import (
    AwaitTrainingJobEvent,
    AwaitTransformJobEvent,
    EvaluateModelEvent,
    PrepareEvaluationEvent,
    RecordModelEvent,
    RegisterModelEvent,
    SetImagesAsideEvent,
    ValidateManifestEvent,
)
from tests.unit.jobs.factories import (
    any_callback,
    any_dataset,
    any_evaluated,
    any_execution,
    any_job,
    any_outcome,
    any_plan,
    any_start_event,
    any_start_transform_event,
)

KEPT = Path(__file__).parent / "kept_messages"
"""For each message the shapes that it has had, the newest last; none is ever taken out."""

TODAY: Mapping[str, msgspec.Struct] = {
    "ExecutionInput": ExecutionInput(manifest="s3://bucket/key", newest_only=True),
    "ValidateManifestEvent": ValidateManifestEvent(
        request={"manifest": "s3://bucket/key"}, execution="dogs"
    ),
    "SetImagesAsideEvent": SetImagesAsideEvent(
        dataset=any_dataset(), request={"manifest": "s3://bucket/key"}, execution="dogs"
    ),
    "StartTrainingJobEvent": any_start_event(),
    "AwaitTrainingJobEvent": AwaitTrainingJobEvent(
        training_job=any_job(), execution=any_execution(), task_token="token"
    ),
    "RecordModelEvent": RecordModelEvent(
        dataset=any_dataset(), training_job=any_job(), execution=any_execution()
    ),
    "StartTransformJobEvent": any_start_transform_event(),
    "AwaitTransformJobEvent": AwaitTransformJobEvent(
        transform_job=any_job(), execution=any_execution(), task_token="token"
    ),
    "PrepareEvaluationEvent": PrepareEvaluationEvent(
        dataset=any_dataset(), outcome=any_outcome(), execution=any_execution()
    ),
    "EvaluateModelEvent": EvaluateModelEvent(
        dataset=any_dataset(),
        outcome=any_outcome(),
        evaluation=any_plan(),
        predicted=[
            Predicted(prediction=any_plan().predictions[0], transform_job="job", failure=None)
        ],
        execution=any_execution(),
    ),
    "RegisterModelEvent": RegisterModelEvent(
        outcome=any_outcome(), evaluated=any_evaluated(), execution=any_execution()
    ),
    "Outcome": any_outcome(
        evaluation=any_evaluated(),
        gate=Gate(passed=True, failures=[]),
        model_package="arn:aws:sagemaker:us-east-1:111122223333:model-package/dogs/1",
        approval="PendingManualApproval",
    ),
    "Callback": any_callback(any_job()),
    "Job": any_job(),
}
"""One of each message that is read again later, maybe by a newer version."""


def shapes(name: str) -> list[Any]:
    found: list[Any] = json.loads((KEPT / f"{name}.json").read_text())
    return found


@pytest.mark.parametrize("name", TODAY)
def test_every_shape_that_a_message_has_had_is_read_today(name: str) -> None:
    for shape in shapes(name):
        read = msgspec.convert(shape, type(TODAY[name]))
        assert has_all_of(json.loads(msgspec.json.encode(read)), shape)


@pytest.mark.parametrize("name", TODAY)
def test_the_shape_that_a_message_has_today_is_kept_for_tomorrow(name: str) -> None:
    written = json.loads(msgspec.json.encode(TODAY[name]))

    assert fields(shapes(name)[-1]) == fields(written)


def has_all_of(read: Any, shape: Any) -> bool:
    """Whether nothing of a shape was lost when it was read."""
    if not isinstance(shape, dict):
        return bool(read == shape)
    return all(name in read and has_all_of(read[name], value) for name, value in shape.items())


def fields(message: Any) -> Any:
    """The names of all fields, with those of nested messages; not what maps and lists hold."""
    if not isinstance(message, dict):
        return None
    nested = ("execution", "training_job", "transform_job", "dataset", "prediction")
    return {name: fields(value) if name in nested else None for name, value in message.items()}
