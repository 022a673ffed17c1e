"""Tidies up after an execution that failed, timed out or was aborted, and tells people."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords, page_urls
from lambdas.adapters.executions import StepFunctionsExecutions, is_under_way
from lambdas.adapters.notifications import publish
from lambdas.adapters.observability import about_execution, logger, measure, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.contract import BucketLayout, Metric
from lambdas.executions.notice import notice_of_end
from lambdas.jobs.close import stop_abandoned_jobs
from lambdas.messages.execution import Execution
from lambdas.settings import CloseExecutionSettings
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM


class ExecutionStatusChange(msgspec.Struct, rename="camel"):
    """``detail`` of a ``Step Functions Execution Status Change`` event."""

    execution_arn: str
    name: str


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop the jobs that the execution left running; publish what happened."""
    configured = settings(CloseExecutionSettings)
    change = msgspec.convert(event["detail"], ExecutionStatusChange)
    about_execution(change.name)
    execution = Execution(name=change.name, arn=change.execution_arn)
    executions = StepFunctionsExecutions()
    stopped = [
        f"{kind.noun} {name}"
        for kind in (TRAINING, TRANSFORM)
        for name in stop_abandoned_jobs(
            execution,
            jobs=SageMakerJobs(kind),
            records=S3JobRecords(configured.bucket, kind),
            executions=executions,
        )
    ]
    description = executions.describe(change.execution_arn)
    if is_under_way(description):
        logger.info("execution %s has been redriven", change.name)
        return {"stopped": []}
    pages = page_urls(BucketLayout(configured.bucket), execution)
    publish(notice_of_end(description, stopped, pages), configured.topic_arn)
    measure(Metric.EXECUTIONS_FAILED, 1, error=description.get("error") or description["status"])
    logger.info("execution %s %s", change.name, description["status"])
    return {"stopped": stopped}
