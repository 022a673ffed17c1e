"""Closing executions that ended without a result: no job may run on for them.

A job is stopped once the run of the execution that asked for it has ended. That never becomes
untrue again, so that neither a late event nor a redrive can make the stop a wrong one.
"""

import logging
from datetime import datetime

from lambdas.jobs.description import Description
from lambdas.jobs.overdue import is_overdue
from lambdas.jobs.ports import Executions, JobRecords, Jobs
from lambdas.jobs.runs import is_execution_of
from lambdas.jobs.start import recorded_jobs
from lambdas.messages.execution import Execution

logger = logging.getLogger(__name__)


def stop_abandoned_jobs(
    execution: Execution, *, jobs: Jobs, records: JobRecords, executions: Executions
) -> list[str]:
    """Stop the jobs that an execution left running in the runs that have ended; return their names.

    None of a run that is under way is stopped (the execution was redriven before this event
    arrived); a job is left alone that is another execution's or has ended.
    """
    runs = executions.runs(execution.arn)
    stopped = []
    for job in recorded_jobs(execution, records):
        if not runs.has_ended(job.redrive_count):
            continue
        description = jobs.describe(job.name)
        if description is not None and description.is_running:
            jobs.stop(job.name)
            stopped.append(job.name)
    return stopped


def stop_orphaned_jobs(
    state_machine_arn: str,
    *,
    jobs: Jobs,
    records: JobRecords,
    executions: Executions,
    now: datetime,
) -> list[str]:
    """Stop every running job of this state machine that no execution waits for; return their names.

    And every one that has run for longer than it may, should nobody have looked at it since.

    Finds what the event of an ended execution did not: one that was lost, one that came between
    the record of a job and its creation, a function that created its job after the execution was
    redriven. Raises ``ExceptionGroup`` in the end, where jobs could not be judged or stopped.
    """
    stopped, failures = [], []
    for job in jobs.running():
        try:
            execution_arn = jobs.execution_of(job)
            if (
                execution_arn is not None
                and is_execution_of(execution_arn, state_machine_arn)
                and _is_to_be_stopped(job, execution_arn, records, executions, now)
            ):
                jobs.stop(job.name)
                stopped.append(job.name)
        except Exception as failure:  # noqa: BLE001 - one job must not shield those after it
            failure.add_note(f"while judging {job.name}")
            failures.append(failure)
    logger.info("stopped %s", stopped)
    if failures:
        raise ExceptionGroup(f"{len(failures)} jobs could not be judged or stopped", failures)
    return stopped


def _is_to_be_stopped(
    description: Description,
    execution_arn: str,
    records: JobRecords,
    executions: Executions,
    now: datetime,
) -> bool:
    """Tell whether the run that asked for a job has ended or another one was asked for since.

    A job without a record is one of the newest run: older ones have been closed.
    """
    execution = Execution(name=execution_arn.rpartition(":")[2], arn=execution_arn)
    runs = executions.runs(execution_arn)
    recorded = recorded_jobs(execution, records)
    job = next((each for each in recorded if each.name == description.name), None)
    if job is None:
        return not runs.is_running
    newest = [each for each in recorded if each.item == job.item][-1]
    return (
        runs.has_ended(job.redrive_count) or newest is not job or is_overdue(description, job, now)
    )
