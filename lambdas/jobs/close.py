"""Closing executions that ended without a result: no job may run on for them."""

from collections.abc import Iterable

from lambdas.jobs.ports import Executions, JobRecords, Jobs
from lambdas.messages import Job


def stop_abandoned_jobs(
    execution_name: str,
    execution_arn: str,
    *,
    jobs: Jobs,
    records: JobRecords,
    executions: Executions,
) -> list[str]:
    """Stop the jobs that an ended execution left running; return their names.

    None are stopped where the execution runs again (it was redriven before this event arrived);
    a job is left alone that is another execution's or has ended.
    """
    if executions.is_running(execution_arn):
        return []
    recorded = records.jobs(execution_name)
    return stop_running([job for job in recorded if job.execution_arn == execution_arn], jobs)


def stop_running(recorded: Iterable[Job], jobs: Jobs) -> list[str]:
    """Stop those of an execution's jobs that run; return their names."""
    stopped = []
    for job in recorded:
        description = jobs.describe(job.name)
        if description is not None and description.is_running:
            jobs.stop(job.name)
            stopped.append(job.name)
    return stopped


def stop_orphaned_jobs(
    prefix: str,
    state_machine_arn: str,
    *,
    jobs: Jobs,
    records: JobRecords,
    executions: Executions,
) -> list[str]:
    """Stop every running job of this state machine that no execution waits for.

    Finds what the event of an ended execution did not: one that was lost, one that came between
    the record of a job and its creation, a function that created its job after the execution was
    redriven. Whose a job is, its tag says: it was created with it.
    """
    stopped = []
    for name in jobs.running(prefix):
        description = jobs.describe(name)
        execution = jobs.execution_of(description) if description else None
        if execution is None or not _is_execution_of(execution, state_machine_arn):
            continue
        if not (executions.is_running(execution) and name in _newest_job(execution, records)):
            jobs.stop(name)
            stopped.append(name)
    return stopped


def _newest_job(execution_arn: str, records: JobRecords) -> list[str]:
    recorded = records.jobs(execution_arn.rpartition(":")[2])
    return [job.name for job in recorded[-1:]]


def _is_execution_of(execution_arn: str, state_machine_arn: str) -> bool:
    """``…:execution:<machine>:<name>`` belongs to ``…:stateMachine:<machine>``."""
    machine = execution_arn.rpartition(":")[0]
    return machine.replace(":execution:", ":stateMachine:", 1) == state_machine_arn
