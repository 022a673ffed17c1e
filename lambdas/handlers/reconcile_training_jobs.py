"""Looks regularly for training jobs whose execution has ended, should its event have been lost."""

from typing import Any

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import observed
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.jobs.close import stop_orphaned_jobs
from lambdas.settings import ReconcileTrainingJobsSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop them; return their names."""
    configured = settings(ReconcileTrainingJobsSettings)
    stopped = stop_orphaned_jobs(
        configured.state_machine_arn,
        jobs=SageMakerTrainingJobs(),
        records=S3JobRecords(configured.bucket),
        executions=StepFunctionsExecutions(),
    )
    return {"stopped": stopped}
