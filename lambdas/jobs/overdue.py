"""The longest time of a job that SageMaker itself never stops."""

from datetime import datetime

from lambdas.jobs.description import Description
from lambdas.messages.job import Job


def is_overdue(description: Description, job: Job, now: datetime) -> bool:
    """Tell whether a job has run for longer than it may; always False where SageMaker stops it."""
    return job.max_seconds is not None and description.has_lasted(job.max_seconds, now)
