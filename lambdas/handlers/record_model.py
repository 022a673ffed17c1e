"""Record Model: writes down what was trained, on what, and what it cost."""

import logging
from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords, write_outcome
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.contract import BucketLayout
from lambdas.messages import RecordModelEvent
from lambdas.settings import RecordModelSettings
from lambdas.training.outcome import outcome_of

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write ``outcome.json`` and return it as the execution's output."""
    step = msgspec.convert(event, RecordModelEvent)
    bucket = settings(RecordModelSettings).bucket
    outcome = outcome_of(step, jobs=SageMakerTrainingJobs(), records=S3JobRecords(bucket))
    write_outcome(outcome, BucketLayout(bucket), step.execution.name)
    logger.info("model %s", outcome.model_artifact)
    returned: dict[str, Any] = msgspec.to_builtins(outcome)
    return returned
