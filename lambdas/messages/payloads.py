"""What each state gives its function, in the order of the workflow."""

from typing import Any

import msgspec

from lambdas.messages.dataset import Dataset
from lambdas.messages.evaluation import Evaluated, EvaluationPlan, Predicted, Prediction
from lambdas.messages.execution import Execution
from lambdas.messages.job import Job
from lambdas.messages.outcome import Outcome


class ValidateManifestEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Validate Manifest; the request is what the execution was started with."""

    request: Any
    execution: str


class SetImagesAsideEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Set Images Aside; the request is what the execution was started with."""

    dataset: Dataset
    request: Any
    execution: str


class StartJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the payloads of the states that start a job have in common."""

    attempt: int
    """How many jobs the execution, or the item of Predict, has asked for before."""
    capacity_misses: int
    """How many of those found no capacity."""
    internal_errors: int
    """How many of those failed inside SageMaker since the last redrive."""
    execution: Execution
    retry_count: int = 0
    """How often the state has been tried before in this visit."""


class AwaitJobEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What the payloads of the states that await a job have in common."""

    execution: Execution
    task_token: str
    retry_count: int = 0
    """How often the state has been tried before in this visit."""


class StartTrainingJobEvent(StartJobEvent, frozen=True, kw_only=True):
    """Payload of Start Training Job."""

    dataset: Dataset


class AwaitTrainingJobEvent(AwaitJobEvent, frozen=True, kw_only=True):
    """Payload of Await Training Job."""

    training_job: Job


class RecordModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Record Model."""

    dataset: Dataset
    training_job: Job
    execution: Execution


class PrepareEvaluationEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Prepare Evaluation."""

    dataset: Dataset
    outcome: Outcome
    execution: Execution


class StartTransformJobEvent(StartJobEvent, frozen=True, kw_only=True):
    """Payload of Start Transform Job, for one item of Predict."""

    prediction: Prediction


class AwaitTransformJobEvent(AwaitJobEvent, frozen=True, kw_only=True):
    """Payload of Await Transform Job."""

    transform_job: Job


class EvaluateModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Evaluate Model."""

    dataset: Dataset
    outcome: Outcome
    evaluation: EvaluationPlan
    predicted: list[Predicted]
    execution: Execution


class RegisterModelEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Payload of Register Model."""

    outcome: Outcome
    evaluated: Evaluated
    execution: Execution
