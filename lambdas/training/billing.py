"""What the training jobs of an execution cost, and how long the next one may run."""

from collections.abc import Iterable, Mapping
from typing import Any

from lambdas.errors import BillableHoursExhausted
from lambdas.messages import Bill, TrainingJob
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.ports import TrainingJobs

SHORTEST_RUN_SECONDS = 60
"""A training job that may run for less is not worth starting: it would only download."""


def bill(description: Mapping[str, Any]) -> Bill:
    """Return what SageMaker bills for a job, from its DescribeTrainingJob response.

    A job that failed early has neither time: it is not billed.
    """
    resources = description["ResourceConfig"]
    return Bill(
        training_job=description["TrainingJobName"],
        instance_type=resources["InstanceType"],
        instance_count=resources["InstanceCount"],
        billable_seconds=description.get("BillableTimeInSeconds", 0),
        training_seconds=description.get("TrainingTimeInSeconds", 0),
    )


def bills(jobs: Iterable[TrainingJob], sagemaker: TrainingJobs) -> list[Bill]:
    """Return the bills of an execution's training jobs; one that was never created has none."""
    descriptions = (sagemaker.describe(job.name) for job in jobs)
    return [bill(description) for description in descriptions if description is not None]


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
