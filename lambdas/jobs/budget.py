"""How long the next job of an execution may run, after what those before it cost."""

from collections.abc import Iterable

from lambdas.errors import BillableHoursExhausted
from lambdas.messages.job import Bill

SHORTEST_RUN_SECONDS = 60
"""A job that may run for less is not worth starting: it would only download."""


def allowed_runtime(
    spent: Iterable[Bill], *, cap_hours: float | None, longest_seconds: int, instance_count: int
) -> int:
    """Return the seconds that the next job may run, after what has been spent.

    The cap of an execution is in hours of one instance, whatever its type, over all its jobs,
    attempts and redrives; None: there is none. Raises ``BillableHoursExhausted`` where too little
    is left to start.
    """
    if cap_hours is None:
        return longest_seconds
    used = sum(each.instance_seconds for each in spent)
    left = int(cap_hours * 3600 - used) // instance_count
    if left < SHORTEST_RUN_SECONDS:
        raise BillableHoursExhausted(
            f"The jobs of this execution have been billed for {used / 3600:.2f} of at most "
            f"{cap_hours:g} instance hours. Raise the setting max_billable_hours and start again."
        )
    return min(longest_seconds, left)
