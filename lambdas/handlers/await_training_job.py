"""Await Training Job: leaves the task token for the event that ends the training job."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from lambdas.adapters.callbacks import S3Callbacks
from lambdas.adapters.environment import settings
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import about_execution, logger, measure_answers, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.jobs.wait import register
from lambdas.messages import AwaitTrainingJobEvent, Callback
from lambdas.settings import AwaitTrainingJobSettings
from lambdas.training.kind import TRAINING


@observed
def handler(event: dict[str, Any], context: object) -> None:
    """Register the token; the answer comes later, unless the job has ended already."""
    step = msgspec.convert(event, AwaitTrainingJobEvent)
    about_execution(step.execution.name)
    callback = Callback(task_token=step.task_token, execution=step.execution, job=step.training_job)
    answered = register(
        callback,
        TRAINING,
        retry_count=step.retry_count,
        jobs=SageMakerJobs(TRAINING),
        callbacks=S3Callbacks(settings(AwaitTrainingJobSettings).bucket),
        executions=StepFunctionsExecutions(),
        now=datetime.now(UTC),
    )
    measure_answers([answered] if answered else [])
    logger.info(
        "training job %s %s", step.training_job.name, "has ended" if answered else "is awaited"
    )
