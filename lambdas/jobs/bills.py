"""What the jobs of an execution cost."""

from collections.abc import Iterable

from lambdas.jobs.kind import JobKind
from lambdas.jobs.ports import Jobs
from lambdas.messages.job import Bill, Job


def bills(recorded: Iterable[Job], kind: JobKind, jobs: Jobs) -> list[Bill]:
    """Return the bills of an execution's jobs; one that was never created has none."""
    descriptions = (jobs.describe(job.name) for job in recorded)
    return [kind.bill(description) for description in descriptions if description is not None]
