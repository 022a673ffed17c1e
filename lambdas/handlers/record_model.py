"""Record Model: writes down what was trained, on what, and what it cost."""

import logging
from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.pipeline_bucket import PipelineBucket
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.errors import TrainingJobFailed
from lambdas.messages import RecordModelEvent
from lambdas.settings import RecordModelSettings
from lambdas.training.billing import bills
from lambdas.training.record import outcome

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write ``outcome.json`` and return it as the execution's output."""
    step = msgspec.convert(event, RecordModelEvent)
    jobs = SageMakerTrainingJobs()
    bucket = PipelineBucket(settings(RecordModelSettings).bucket)
    description = jobs.describe(step.training_job.name)
    if description is None:
        raise TrainingJobFailed(
            f"Training job {step.training_job.name} was deleted before its model was recorded."
        )
    paid = bills(bucket.training_jobs(step.execution.name), jobs)
    result = outcome(step, description, paid)
    bucket.put_outcome(step.execution.name, result)
    logger.info("model %s", result.model_artifact)
    returned: dict[str, Any] = msgspec.to_builtins(result)
    return returned
