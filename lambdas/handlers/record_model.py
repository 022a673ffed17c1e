"""Record Model: writes down what was trained, on what, and what it cost."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords, write_outcome
from lambdas.adapters.observability import about_execution, logger, measure, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.contract import BucketLayout, Metric
from lambdas.messages.payloads import RecordModelEvent
from lambdas.settings import RecordModelSettings
from lambdas.training.kind import TRAINING
from lambdas.training.outcome import outcome_of


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Write ``outcome.json`` and return it, as the output where nothing follows."""
    step = msgspec.convert(event, RecordModelEvent)
    about_execution(step.execution.name)
    configured = settings(RecordModelSettings)
    bucket = configured.bucket
    outcome = outcome_of(step, jobs=SageMakerJobs(TRAINING), records=S3JobRecords(bucket, TRAINING))
    write_outcome(outcome, BucketLayout(bucket), step.execution.name)
    if configured.evaluation == "off":
        measure(Metric.EXECUTIONS_SUCCEEDED, 1)
    measure(Metric.BILLED_INSTANCE_SECONDS, outcome.billable_instance_seconds)
    logger.info("model %s", outcome.model_artifact)
    returned: dict[str, Any] = msgspec.to_builtins(outcome)
    return returned
