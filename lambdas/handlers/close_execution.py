"""Tidies up after an execution that failed, timed out or was aborted, and tells people."""

import logging
from collections.abc import Mapping
from typing import Any

import msgspec

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.adapters.environment import settings
from lambdas.adapters.executions import STILL_RUNNING, StepFunctionsExecutions
from lambdas.adapters.pipeline_bucket import PipelineBucket
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.settings import CloseExecutionSettings
from lambdas.training.close import stop_abandoned_jobs
from lambdas.training.console import execution_url

logger = logging.getLogger(__name__)

MAX_SUBJECT = 100
"""SNS: a subject has up to 100 ASCII characters."""


class ExecutionStatusChange(msgspec.Struct, rename="camel"):
    """``detail`` of a ``Step Functions Execution Status Change`` event."""

    execution_arn: str
    name: str
    status: str


def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop the training job that the execution left running; publish what happened."""
    configured = settings(CloseExecutionSettings)
    change = msgspec.convert(event["detail"], ExecutionStatusChange)
    executions = StepFunctionsExecutions()
    stopped = stop_abandoned_jobs(
        change.name,
        change.execution_arn,
        jobs=SageMakerTrainingJobs(),
        files=PipelineBucket(configured.bucket),
        executions=executions,
    )
    description = executions.describe(change.execution_arn)
    if description["status"] in STILL_RUNNING:
        logger.info("execution %s has been redriven", change.name)
        return {"stopped": []}
    subject = f"Training pipeline: execution {change.status}: {change.name}"
    body = notice(change, description, stopped)
    with transient_faults_named():
        clients.sns().publish(
            TopicArn=configured.topic_arn,
            Subject=subject.encode("ascii", "replace").decode()[:MAX_SUBJECT],
            Message=body,
        )
    logger.info("execution %s %s", change.name, change.status)
    return {"stopped": stopped}


def notice(
    change: ExecutionStatusChange, description: Mapping[str, Any], stopped: list[str]
) -> str:
    """Return the text of the notification; the event itself has neither error nor cause."""
    lines = [f"Execution {change.name} ended as {change.status}."]
    if description.get("error"):
        lines.append(f"Error: {description['error']}")
    if description.get("cause"):
        lines.append(f"Cause: {description['cause']}")
    lines += [f"Training job {name} was still running and has been stopped." for name in stopped]
    lines.append(f"Graph: {execution_url(change.execution_arn)}")
    return "\n".join(lines)
