"""Closing an execution that ended without a model: no training job may run on for it."""

from lambdas.messages import TrainingJob
from lambdas.training.ports import ExecutionFiles, Executions, TrainingJobs

RUNNING = ("InProgress",)


def stop_abandoned_job(
    execution_name: str,
    execution_arn: str,
    *,
    jobs: TrainingJobs,
    files: ExecutionFiles,
    executions: Executions,
) -> TrainingJob | None:
    """Stop the training job that an ended execution left running; return it.

    None where there is nothing to stop: the execution runs again (redriven before this event
    arrived), it never started a job, the job is not its own, or the job has ended.
    """
    if executions.is_running(execution_arn):
        return None
    job = files.training_job(execution_name)
    if job is None or job.execution_arn != execution_arn:
        return None
    description = jobs.describe(job.name)
    if description is None or description["TrainingJobStatus"] not in RUNNING:
        return None
    jobs.stop(job.name)
    return job
