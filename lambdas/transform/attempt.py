"""Start Transform Job: which transform job this attempt of an item of Predict asks for."""

from collections.abc import Callable, Iterable
from functools import partial

import msgspec

from lambdas.jobs.budget import allowed_runtime
from lambdas.jobs.instance_types import check_tries, in_turn, start_where_allowed
from lambdas.jobs.job_name import job_name
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.jobs.start import asked_for_before, completed_before, exists, recorded_jobs
from lambdas.messages.evaluation import Prediction
from lambdas.messages.job import Bill, Job
from lambdas.messages.payloads import StartTransformJobEvent
from lambdas.settings import StartTransformJobSettings
from lambdas.transform.kind import TRANSFORM
from lambdas.transform.models import Models
from lambdas.transform.request import model_request, transform_job_request


def start_transform_job(
    event: StartTransformJobEvent,
    settings: StartTransformJobSettings,
    *,
    jobs: Jobs,
    records: JobRecords,
    models: Models,
    spent: Callable[[], Iterable[Bill]],
    tell: Callable[[str], None],
) -> Job:
    """Start the transform job of this attempt, or find that an earlier run of the step did.

    Its model is created before it, of the same name. ``spent`` returns the bills of the execution's
    jobs so far; what those of other items cost meanwhile is not among them, so that together they
    may go a little above ``max_billable_hours``. ``tell`` is as for ``start_where_allowed``.

    Raises ``CapacityExhausted`` or ``BillableHoursExhausted`` where no job is to be started any
    more, and what ``Models.create`` and ``start_where_allowed`` raise.
    """
    execution = event.execution
    item = _item(event.prediction)
    recorded = [job for job in recorded_jobs(execution, records) if job.item == item]
    before = asked_for_before(recorded, event.attempt, execution)
    if before is not None and exists(before, TRANSFORM, jobs):
        return before
    check_tries(
        settings.transform_instance_types,
        "transform_instance_types",
        capacity_misses=event.capacity_misses,
        max_rounds=settings.max_capacity_rounds,
        redrive_count=execution.redrive_count,
    )
    request_of = partial(
        transform_job_request,
        prediction=event.prediction,
        settings=settings,
        execution=execution,
    )
    job = before or _job(event, settings, _allowed_seconds(settings, spent))
    completed = completed_before(
        recorded,
        request_of(job),
        TRANSFORM,
        execution=execution,
        retry_count=event.retry_count,
        jobs=jobs,
    )
    if completed is not None:
        return completed
    models.create(model_request(job.name, event.prediction, settings, execution))
    types = in_turn(settings.transform_instance_types, event.capacity_misses)
    return start_where_allowed(
        [msgspec.structs.replace(job, instance_type=each) for each in types],
        request_of,
        TRANSFORM,
        execution=execution,
        jobs=jobs,
        records=records,
        tell=tell,
    )


def _item(prediction: Prediction) -> str:
    return f"{prediction.model}-{prediction.image_bucket}"


def _allowed_seconds(
    settings: StartTransformJobSettings, spent: Callable[[], Iterable[Bill]]
) -> int:
    cap = settings.max_billable_hours
    return allowed_runtime(
        [] if cap is None else spent(),
        cap_hours=cap,
        longest_seconds=settings.max_transform_seconds,
        instance_count=1,
    )


def _job(
    event: StartTransformJobEvent, settings: StartTransformJobSettings, max_seconds: int
) -> Job:
    execution, item = event.execution, _item(event.prediction)
    name = job_name(
        settings.training_job_prefix,
        f"{event.prediction.model}-{execution.name}",
        f"{execution.arn}/{item}",
        event.attempt,
        execution.redrive_count,
    )
    return Job(
        name=name,
        instance_type=in_turn(settings.transform_instance_types, event.capacity_misses)[0],
        instance_count=1,
        attempt=event.attempt,
        internal_errors=event.internal_errors,
        redrive_count=execution.redrive_count,
        execution_arn=execution.arn,
        item=item,
        max_seconds=max_seconds,
    )
