"""Looking for a job that an execution has asked for."""

from lambdas.errors import ServiceUnavailable
from lambdas.jobs.description import Description
from lambdas.jobs.kind import JobKind
from lambdas.jobs.ports import Jobs

LOOKS = 6
"""How often a job that is not to be seen is looked for: SageMaker's reads are eventually
consistent, and the five retries of a state in between take up to a minute."""


def look_for(name: str, kind: JobKind, jobs: Jobs, *, retry_count: int) -> Description | None:
    """Return a job as it is; None where it was never created, or somebody deleted it.

    ``retry_count`` says how often the state has been tried before. Raises ``ServiceUnavailable``
    before a missing job has been looked for ``LOOKS`` times.
    """
    description = jobs.describe(name)
    if description is None and retry_count < LOOKS - 1:
        raise ServiceUnavailable(f"{kind.noun} {name} is not to be seen (yet)")
    return description
