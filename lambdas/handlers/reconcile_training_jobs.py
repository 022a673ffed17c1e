"""Looks regularly for training jobs whose execution has ended, should its event have been lost."""

import logging
from typing import Any

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import S3JobRecords
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.training_jobs import SageMakerTrainingJobs
from lambdas.jobs.close import stop_orphaned_jobs
from lambdas.settings import ReconcileTrainingJobsSettings

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: object) -> dict[str, list[str]]:
    """Stop them; return their names."""
    own = settings(ReconcileTrainingJobsSettings)
    stopped = stop_orphaned_jobs(
        own.state_machine_arn,
        jobs=SageMakerTrainingJobs(),
        records=S3JobRecords(own.bucket),
        executions=StepFunctionsExecutions(),
    )
    return {"stopped": stopped}
