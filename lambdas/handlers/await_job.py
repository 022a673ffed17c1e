"""What the handlers of the two states that await a job have in common."""

from datetime import UTC, datetime

from lambdas.adapters.callbacks import S3Callbacks
from lambdas.adapters.executions import StepFunctionsExecutions
from lambdas.adapters.observability import about_execution, logger, measure_answers
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.jobs.kind import JobKind
from lambdas.jobs.wait import register
from lambdas.messages.job import Callback, Job
from lambdas.messages.payloads import AwaitJobEvent


def await_job(step: AwaitJobEvent, job: Job, kind: JobKind, bucket: str) -> None:
    """Keep the state's task token in the bucket, and answer at once if the job has ended."""
    about_execution(step.execution.name)
    answered = register(
        Callback(task_token=step.task_token, execution=step.execution, job=job),
        kind,
        retry_count=step.retry_count,
        jobs=SageMakerJobs(kind),
        callbacks=S3Callbacks(bucket),
        executions=StepFunctionsExecutions(),
        now=datetime.now(UTC),
    )
    measure_answers([answered] if answered else [])
    logger.info("%s %s %s", kind.noun, job.name, "has ended" if answered else "is awaited")
