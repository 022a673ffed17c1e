"""Answers the execution that waits for a training job when SageMaker says that the job ended."""

from typing import Any

import msgspec

from lambdas.adapters.callbacks import S3Callbacks
from lambdas.adapters.environment import settings
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import logger, measure_answers, observed
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.jobs.wait import resume
from lambdas.settings import ResumeExecutionSettings
from lambdas.training.kind import TRAINING


class TrainingJobStateChange(msgspec.Struct, rename="pascal"):
    """``detail`` of a ``SageMaker Training Job State Change`` event: only whose it is counts.

    How the job ended is read from the job itself; the event has neither metrics nor billed time.
    """

    training_job_name: str


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Take a training job's event from EventBridge; return how many executions waited for it."""
    change = msgspec.convert(event["detail"], TrainingJobStateChange)
    answered = resume(
        change.training_job_name,
        TRAINING,
        jobs=SageMakerTrainingJobs(),
        callbacks=S3Callbacks(settings(ResumeExecutionSettings).bucket),
        executions=StepFunctionsExecutions(),
    )
    measure_answers(answered)
    logger.info("training job %s: %d waiting", change.training_job_name, len(answered))
    return {"answered": len(answered)}
