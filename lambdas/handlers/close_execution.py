"""Tidies up after an execution that failed, timed out or was aborted, and tells people."""

import logging
from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.executions import StepFunctionsExecutions, is_under_way
from lambdas.adapters.notifications import publish
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.executions.notice import notice_of_end
from lambdas.jobs.close import stop_abandoned_jobs
from lambdas.messages import Execution
from lambdas.settings import CloseExecutionSettings

logger = logging.getLogger(__name__)


class ExecutionStatusChange(msgspec.Struct, rename="camel"):
    """``detail`` of a ``Step Functions Execution Status Change`` event."""

    execution_arn: str
    name: str


def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop the training job that the execution left running; publish what happened."""
    own = settings(CloseExecutionSettings)
    change = msgspec.convert(event["detail"], ExecutionStatusChange)
    executions = StepFunctionsExecutions()
    stopped = stop_abandoned_jobs(
        Execution(name=change.name, arn=change.execution_arn),
        jobs=SageMakerTrainingJobs(),
        records=S3JobRecords(own.bucket),
        executions=executions,
    )
    description = executions.describe(change.execution_arn)
    if is_under_way(description):
        logger.info("execution %s has been redriven", change.name)
        return {"stopped": []}
    publish(notice_of_end(description, stopped), own.topic_arn)
    logger.info("execution %s %s", change.name, description["status"])
    return {"stopped": stopped}
