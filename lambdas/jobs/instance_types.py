"""Which instance type a job is asked for on: the list of the settings, in its order."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from lambdas.errors import CapacityExhausted, ResourceLimitExceeded
from lambdas.jobs.kind import JobKind
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.jobs.quota import quota_cause
from lambdas.jobs.start import record, start
from lambdas.messages.execution import Execution
from lambdas.messages.job import Job


def in_turn(instance_types: Sequence[str], capacity_misses: int) -> tuple[str, ...]:
    """Return the instance types, from the one on whose turn it is after so many misses."""
    first = capacity_misses % len(instance_types)
    return (*instance_types[first:], *instance_types[:first])


def check_tries(
    instance_types: Sequence[str],
    setting: str,
    *,
    capacity_misses: int,
    max_rounds: int,
    redrive_count: int,
) -> None:
    """Raise ``CapacityExhausted`` where the list has been gone through as often as is allowed.

    ``setting`` is the name of the setting that has the list. Every redrive is a person's decision
    to try the whole list anew.
    """
    if capacity_misses >= len(instance_types) * max_rounds * (1 + redrive_count):
        raise CapacityExhausted(
            f"No capacity in {capacity_misses} tries over {', '.join(instance_types)}. Redrive the "
            f"execution later, or add instance types to the setting {setting}."
        )


def start_where_allowed(
    candidates: Sequence[Job],
    request_of: Callable[[Job], Mapping[str, Any]],
    kind: JobKind,
    *,
    execution: Execution,
    jobs: Jobs,
    records: JobRecords,
    tell: Callable[[str], None],
) -> Job:
    """Start the first of the jobs whose instance type the account's quotas allow; return it.

    The candidates are one job on several instance types, which have quotas of their own. ``tell``
    is called once an attempt with the cause for which people have to do something while the
    execution waits. Raises ``ResourceLimitExceeded`` where no quota allows the job, and what
    ``lambdas.jobs.start`` raises.
    """
    refusals = {}
    for job in candidates:
        try:
            start(job, request_of(job), kind, execution=execution, jobs=jobs, records=records)
        except ResourceLimitExceeded as refusal:
            refusals[job.instance_type] = str(refusal)
        else:
            return job
    cause = quota_cause(refusals)
    if not job.waits_for_quota:
        tell(cause)
        record(msgspec.structs.replace(job, waits_for_quota=True), execution, records)
    raise ResourceLimitExceeded(cause)
