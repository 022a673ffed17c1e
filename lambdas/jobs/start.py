"""Starting a job so that it is started once, however often the step runs."""

from collections.abc import Mapping
from typing import Any

from lambdas.jobs.kind import JobKind
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.messages import Job


def jobs_before(job: Job, execution: str, records: JobRecords) -> list[Job]:
    """Return the jobs that an execution has asked for before this one, oldest first."""
    return [each for each in records.jobs(execution) if each.name != job.name]


def start(
    job: Job,
    request: Mapping[str, Any],
    kind: JobKind,
    *,
    execution: str,
    jobs: Jobs,
    records: JobRecords,
) -> Job:
    """Start a job, or find that an earlier run of the step did; return the one to await.

    The job is recorded before it is created, so that whoever closes the execution finds it even
    if this function dies in between. Where the execution was aborted and redriven after it had
    asked for a job, that job is taken up if it runs or has completed.

    Raises the kind's ``name_taken`` where the name belongs to another job, and what
    ``Jobs.create`` raises.
    """
    earlier = jobs_before(job, execution, records)
    if earlier and _is_reusable(earlier[-1], request, kind, jobs):
        return earlier[-1]
    records.put_jobs(execution, [*earlier, job])
    if not jobs.create(request):
        existing = jobs.describe(job.name)
        if existing is None or not kind.is_same(request, existing):
            raise kind.name_taken(
                f"A {kind.noun} named {job.name} exists and was not started by this execution. "
                "Give the pipeline another training_job_prefix, or delete that job."
            )
    return job


def _is_reusable(job: Job, request: Mapping[str, Any], kind: JobKind, jobs: Jobs) -> bool:
    description = jobs.describe(job.name)
    return (
        description is not None
        and description.status in ("InProgress", "Completed")
        and kind.is_same(request, description)
    )
