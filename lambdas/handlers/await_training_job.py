"""Await Training Job: leaves the task token for the event that ends the training job."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.observability import observed
from lambdas.handlers.await_job import await_job
from lambdas.messages.payloads import AwaitTrainingJobEvent
from lambdas.settings import AwaitTrainingJobSettings
from lambdas.training.kind import TRAINING


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Register the token; the answer comes later, unless the job has ended already."""
    step = msgspec.convert(event, AwaitTrainingJobEvent)
    await_job(step, step.training_job, TRAINING, settings(AwaitTrainingJobSettings).bucket)
