"""How long the next training job of an execution may run, after what those before it cost."""

from collections.abc import Iterable

from lambdas.errors import BillableHoursExhausted
from lambdas.messages import Bill
from lambdas.settings import StartTrainingJobSettings

SHORTEST_RUN_SECONDS = 60
"""A training job that may run for less is not worth starting: it would only download."""


def allowed_runtime(spent: Iterable[Bill], settings: StartTrainingJobSettings) -> int:
    """Return the seconds that the next training job may run, after what has been spent.

    The cap of an execution is in hours of one instance, whatever its type, over all its attempts
    and redrives. Raises ``BillableHoursExhausted`` where too little is left to start.
    """
    cap = settings.max_billable_hours
    if cap is None:
        return settings.max_runtime_seconds
    used = sum(each.instance_seconds for each in spent)
    left = int(cap * 3600 - used) // settings.instance_count
    if left < SHORTEST_RUN_SECONDS:
        raise BillableHoursExhausted(
            f"The training jobs of this execution have been billed for {used / 3600:.2f} of at "
            f"most {cap:g} instance hours. Raise the setting max_billable_hours and start again."
        )
    return min(settings.max_runtime_seconds, left)
