"""Start Training Job: asks SageMaker for one training job, once for each attempt."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.manifest_objects import S3Manifests
from lambdas.adapters.notifications import publish
from lambdas.adapters.observability import about_execution, logger, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.executions.notice import notice_of_quota
from lambdas.messages.payloads import StartTrainingJobEvent
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.attempt import start_training_job
from lambdas.training.kind import TRAINING


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the training job that the next step awaits."""
    configured = settings(StartTrainingJobSettings)
    step = msgspec.convert(event, StartTrainingJobEvent)
    about_execution(step.execution.name)
    job = start_training_job(
        step,
        configured,
        jobs=SageMakerJobs(TRAINING),
        records=S3JobRecords(configured.bucket, TRAINING),
        manifests=S3Manifests(),
        tell=lambda cause: publish(notice_of_quota(step.execution, cause), configured.topic_arn),
    )
    logger.info("training job %s on %s", job.name, job.instance_type)
    returned: dict[str, Any] = msgspec.to_builtins(job)
    return returned
