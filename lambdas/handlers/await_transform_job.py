"""Await Transform Job: leaves the task token for the event that ends the transform job."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.observability import observed
from lambdas.handlers.await_job import await_job
from lambdas.messages.payloads import AwaitTransformJobEvent
from lambdas.settings import AwaitTransformJobSettings
from lambdas.transform.kind import TRANSFORM


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Register the token; the answer comes later, unless the job has ended already."""
    step = msgspec.convert(event, AwaitTransformJobEvent)
    await_job(step, step.transform_job, TRANSFORM, settings(AwaitTransformJobSettings).bucket)
