"""Starting a job so that it is started once, however often the step runs.

A job belongs to the run of the execution that asked for it: its first run, or that of one redrive.
When a run ends without a result its jobs are stopped, whatever comes after it; a redrive goes on
with a job of before only where that one has completed. So nobody ever awaits a job that somebody
else is about to stop.
"""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import ServiceUnavailable
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind
from lambdas.jobs.look import look_for
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.messages.execution import Execution
from lambdas.messages.job import Job


def recorded_jobs(execution: Execution, records: JobRecords) -> list[Job]:
    """Return the jobs that an execution has asked for, those of an item oldest first.

    Of another pipeline's execution of the same name, in the same bucket, none.
    """
    recorded = records.jobs(execution.name)
    return [job for job in recorded if job.execution_arn == execution.arn]


def asked_for_before(recorded: list[Job], attempt: int, execution: Execution) -> Job | None:
    """Return the job that an earlier try of this attempt recorded, whatever was set since."""
    this = (attempt, execution.redrive_count)
    return next((job for job in recorded if (job.attempt, job.redrive_count) == this), None)


def exists(job: Job, kind: JobKind, jobs: Jobs) -> bool:
    """Tell whether a job has been created; raises ``kind.name_taken`` where it is another's."""
    description = jobs.describe(job.name)
    if description is None:
        return False
    _check_ownership(job, description, kind, jobs)
    return True


def completed_before(
    recorded: list[Job],
    request: Mapping[str, Any],
    kind: JobKind,
    *,
    execution: Execution,
    retry_count: int,
    jobs: Jobs,
) -> Job | None:
    """Return the last job of the runs before where it has completed, for a redrive to go on with.

    If it is still running it is stopped, as whoever closes the run that asked for it would.
    """
    before = [job for job in recorded if job.redrive_count < execution.redrive_count]
    if not before:
        return None
    job = before[-1]
    description = look_for(job.name, kind, jobs, retry_count=retry_count)
    if description is not None and description.is_running:
        jobs.stop(job.name)
        description = jobs.describe(job.name)
    if description is None or description.status != "Completed":
        return None
    return job if kind.is_same(request, description) else None


def start(
    job: Job,
    request: Mapping[str, Any],
    kind: JobKind,
    *,
    execution: Execution,
    jobs: Jobs,
    records: JobRecords,
) -> None:
    """Record a job, then create it; where it exists already, an earlier run of the step did.

    Recorded first, whoever closes the execution finds the job even if this function dies in
    between. Raises ``kind.name_taken`` where the name belongs to a job of somebody else,
    ``ServiceUnavailable`` where SageMaker does not show yet what it says exists, and what
    ``Jobs.create`` raises.
    """
    record(job, execution, records)
    if not jobs.create(request) and not exists(job, kind, jobs):
        raise ServiceUnavailable(f"{kind.noun} {job.name} exists but cannot be described yet")


def record(job: Job, execution: Execution, records: JobRecords) -> None:
    """Record a job as the execution's newest; it replaces what was recorded under its name."""
    recorded = [each for each in records.jobs(execution.name) if each.item == job.item]
    if job not in recorded:
        others = [each for each in recorded if each.name != job.name]
        records.put_jobs(execution.name, [*others, job])


def _check_ownership(job: Job, description: Description, kind: JobKind, jobs: Jobs) -> None:
    """Whose a job is, its tag says: it was created with it."""
    if jobs.execution_of(description) != job.execution_arn:
        raise kind.name_taken(
            f"A {kind.noun} named {job.name} exists and was not started by this execution. "
            "Give the pipeline another training_job_prefix, or delete that job."
        )
