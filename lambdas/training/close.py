"""Closing executions that ended without a model: no training job may run on for them."""

from lambdas.training.ports import ExecutionFiles, Executions, TrainingJobs


def stop_abandoned_jobs(
    execution_name: str,
    execution_arn: str,
    *,
    jobs: TrainingJobs,
    files: ExecutionFiles,
    executions: Executions,
) -> list[str]:
    """Stop the training jobs that an ended execution left running; return their names.

    None are stopped where the execution runs again (it was redriven before this event arrived);
    a job is left alone that is another execution's or has ended.
    """
    if executions.is_running(execution_arn):
        return []
    stopped = []
    for job in files.training_jobs(execution_name):
        if job.execution_arn == execution_arn and _is_running(job.name, jobs):
            jobs.stop(job.name)
            stopped.append(job.name)
    return stopped


def stop_orphaned_jobs(
    prefix: str, state_machine_arn: str, *, jobs: TrainingJobs, executions: Executions
) -> list[str]:
    """Stop every running training job of this state machine whose execution has ended.

    Finds what the event of an ended execution did not: one that was lost, or that came between
    the record of a job and its creation. Whose a job is, its tag says: it was created with it.
    """
    stopped = []
    for name in jobs.running(prefix):
        description = jobs.describe(name)
        execution = jobs.execution_of(description) if description else None
        if (
            execution is not None
            and _is_execution_of(execution, state_machine_arn)
            and not executions.is_running(execution)
        ):
            jobs.stop(name)
            stopped.append(name)
    return stopped


def _is_execution_of(execution_arn: str, state_machine_arn: str) -> bool:
    """``…:execution:<machine>:<name>`` belongs to ``…:stateMachine:<machine>``."""
    machine = execution_arn.rpartition(":")[0]
    return machine.replace(":execution:", ":stateMachine:", 1) == state_machine_arn


def _is_running(name: str, jobs: TrainingJobs) -> bool:
    description = jobs.describe(name)
    return description is not None and description["TrainingJobStatus"] == "InProgress"
