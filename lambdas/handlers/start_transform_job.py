"""Start Transform Job: asks SageMaker for one model's answers about one bucket's images."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.notifications import publish
from lambdas.adapters.observability import about_execution, logger, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.adapters.sagemaker_models import SageMakerModels
from lambdas.executions.notice import notice_of_quota
from lambdas.jobs.bills import bills
from lambdas.messages.job import Bill
from lambdas.messages.payloads import StartTransformJobEvent
from lambdas.settings import StartTransformJobSettings
from lambdas.training.kind import TRAINING
from lambdas.transform.attempt import start_transform_job
from lambdas.transform.kind import TRANSFORM


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the transform job that the next step awaits."""
    configured = settings(StartTransformJobSettings)
    step = msgspec.convert(event, StartTransformJobEvent)
    about_execution(step.execution.name)
    job = start_transform_job(
        step,
        configured,
        jobs=SageMakerJobs(TRANSFORM),
        records=S3JobRecords(configured.bucket, TRANSFORM),
        models=SageMakerModels(),
        spent=lambda: _spent(step.execution.name, configured.bucket),
        tell=lambda cause: publish(notice_of_quota(step.execution, cause), configured.topic_arn),
    )
    logger.info("transform job %s on %s", job.name, job.instance_type)
    returned: dict[str, Any] = msgspec.to_builtins(job)
    return returned


def _spent(execution: str, bucket: str) -> list[Bill]:
    """Return the bills of all jobs of an execution."""
    return [
        bill
        for kind in (TRAINING, TRANSFORM)
        for bill in bills(S3JobRecords(bucket, kind).jobs(execution), kind, SageMakerJobs(kind))
    ]
