"""Answers the execution that waits for a job when SageMaker says that the job ended."""

from typing import Any

from lambdas.adapters.callbacks import S3Callbacks
from lambdas.adapters.environment import settings
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import logger, measure_answers, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.jobs.wait import resume
from lambdas.settings import ResumeExecutionSettings
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM

KINDS = {f"SageMaker {kind.api} Job State Change": kind for kind in (TRAINING, TRANSFORM)}
"""By the ``detail-type`` of their events."""


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, int]:
    """Take a job's event from EventBridge; return how many executions waited for it.

    Of the event only whose it is counts: how the job ended is read from the job itself, as the
    event has neither metrics nor billed time.
    """
    kind = KINDS[event["detail-type"]]
    name = event["detail"][f"{kind.api}JobName"]
    configured = settings(ResumeExecutionSettings)
    answered = resume(
        name,
        kind,
        configured.state_machine_arn,
        jobs=SageMakerJobs(kind),
        callbacks=S3Callbacks(configured.bucket),
        executions=StepFunctionsExecutions(),
    )
    measure_answers(answered)
    logger.info("%s %s: %d waiting", kind.noun, name, len(answered))
    return {"answered": len(answered)}
