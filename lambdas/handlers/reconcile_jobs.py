"""Looks regularly for jobs and models that no execution needs, should an event have been lost."""

from datetime import UTC, datetime
from typing import Any

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.adapters.sagemaker_models import SageMakerModels
from lambdas.jobs.close import stop_orphaned_jobs
from lambdas.jobs.kind import JobKind
from lambdas.settings import ReconcileJobsSettings
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from lambdas.transform.models import delete_models_of_the_past


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop the jobs and delete the models; return their names."""
    configured = settings(ReconcileJobsSettings)
    if configured.evaluation == "off":
        return {"stopped": _stopped(TRAINING, configured), "deleted": []}
    stopped = [name for kind in (TRAINING, TRANSFORM) for name in _stopped(kind, configured)]
    deleted = delete_models_of_the_past(
        configured.state_machine_arn,
        configured.training_job_prefix,
        models=SageMakerModels(),
        jobs=SageMakerJobs(TRANSFORM),
        executions=StepFunctionsExecutions(),
    )
    return {"stopped": stopped, "deleted": deleted}


def _stopped(kind: JobKind, configured: ReconcileJobsSettings) -> list[str]:
    return stop_orphaned_jobs(
        configured.state_machine_arn,
        jobs=SageMakerJobs(kind),
        records=S3JobRecords(configured.bucket, kind),
        executions=StepFunctionsExecutions(),
        now=datetime.now(UTC),
    )
