"""Start Training Job: which training job this attempt of the execution asks for."""

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

import msgspec

from lambdas.contract import smallest_batch
from lambdas.errors import ManifestSuperseded, TrainingRequestRefused
from lambdas.jobs.bills import bills
from lambdas.jobs.budget import allowed_runtime
from lambdas.jobs.instance_types import check_tries, in_turn, start_where_allowed
from lambdas.jobs.job_name import job_name
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.jobs.start import asked_for_before, completed_before, exists, recorded_jobs
from lambdas.messages.dataset import Dataset
from lambdas.messages.job import Job
from lambdas.messages.payloads import StartTrainingJobEvent
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.job_request import training_job_request
from lambdas.training.kind import TRAINING


class Manifests(Protocol):
    """Manifests in S3."""

    def newest_version(self, uri: str) -> str | None:
        """Return the version that is read when none is named; None where it was deleted."""


def start_training_job(
    event: StartTrainingJobEvent,
    settings: StartTrainingJobSettings,
    *,
    jobs: Jobs,
    records: JobRecords,
    manifests: Manifests,
    tell: Callable[[str], None],
) -> Job:
    """Start the training job of this attempt, or find that an earlier run of the step did.

    An instance type that the account's quota does not allow is passed over for those after it,
    which have quotas of their own. ``tell`` is called once an attempt with the cause for which
    people have to do something while the execution waits.

    Raises ``ManifestSuperseded``, ``CapacityExhausted`` or ``BillableHoursExhausted`` where no job
    is to be started any more, ``TrainingRequestRefused`` for a batch too small for the instance
    type, ``ResourceLimitExceeded`` where no quota allows a job, and what ``lambdas.jobs.start``
    raises.
    """
    execution = event.execution
    recorded = recorded_jobs(execution, records)
    before = asked_for_before(recorded, event.attempt, execution)
    if before is not None and exists(before, TRAINING, jobs):
        return before
    _check_newest(event.dataset, manifests)
    check_tries(
        settings.instance_types,
        "instance_types",
        capacity_misses=event.capacity_misses,
        max_rounds=settings.max_capacity_rounds,
        redrive_count=execution.redrive_count,
    )
    candidates = _candidates(before or _job(event, settings), event, settings)
    paid = bills([each for each in recorded if each != before], TRAINING, jobs)
    allowed_seconds = allowed_runtime(
        paid,
        cap_hours=settings.max_billable_hours,
        longest_seconds=settings.max_runtime_seconds,
        instance_count=settings.instance_count,
    )
    request_of = partial(_request, allowed_seconds, event, settings)
    completed = completed_before(
        recorded,
        request_of(candidates[0]),
        TRAINING,
        execution=execution,
        retry_count=event.retry_count,
        jobs=jobs,
    )
    if completed is not None:
        return completed
    return start_where_allowed(
        candidates,
        request_of,
        TRAINING,
        execution=execution,
        jobs=jobs,
        records=records,
        tell=tell,
    )


def _job(event: StartTrainingJobEvent, settings: StartTrainingJobSettings) -> Job:
    execution = event.execution
    name = job_name(
        settings.training_job_prefix,
        execution.name,
        execution.arn,
        event.attempt,
        execution.redrive_count,
    )
    return Job(
        name=name,
        instance_type=in_turn(settings.instance_types, event.capacity_misses)[0],
        instance_count=settings.instance_count,
        attempt=event.attempt,
        internal_errors=event.internal_errors,
        redrive_count=execution.redrive_count,
        execution_arn=execution.arn,
    )


def _candidates(
    job: Job, event: StartTrainingJobEvent, settings: StartTrainingJobSettings
) -> list[Job]:
    """Return a job on each instance type, from the attempt's own on; all are of one name.

    Those on which the batch would be too small are left out, unless it is the attempt's own:
    raises ``TrainingRequestRefused`` then.
    """
    own, *others = in_turn(settings.instance_types, event.capacity_misses)
    if not _takes_batch(own, event.dataset):
        raise TrainingRequestRefused(
            f"{own} splits every batch over its {smallest_batch(own)} GPUs, and a batch has only "
            f"{_batch(event.dataset)} of the {event.dataset.split['train']} images of the train "
            "channel. Label more images, or set instance_types to one with fewer GPUs and redrive."
        )
    usable = (own, *(each for each in others if _takes_batch(each, event.dataset)))
    return [msgspec.structs.replace(job, instance_type=each) for each in usable]


def _takes_batch(instance_type: str, dataset: Dataset) -> bool:
    return _batch(dataset) >= smallest_batch(instance_type)


def _batch(dataset: Dataset) -> int:
    return int(dataset.hyperparameters["mini_batch_size"])


def _request(
    max_runtime_seconds: int,
    event: StartTrainingJobEvent,
    settings: StartTrainingJobSettings,
    job: Job,
) -> dict[str, Any]:
    return training_job_request(
        name=job.name,
        instance_type=job.instance_type,
        max_runtime_seconds=max_runtime_seconds,
        dataset=event.dataset,
        settings=settings,
        execution=event.execution,
    )


def _check_newest(dataset: Dataset, manifests: Manifests) -> None:
    if not dataset.newest_only:
        return
    newest = manifests.newest_version(dataset.manifest)
    if newest != dataset.version_id:
        raise ManifestSuperseded(
            f"{dataset.manifest} has been written again since version {dataset.version_id}, which "
            "this execution validated. The newer version has an execution of its own; to train "
            "on this one all the same, start an execution by hand and name its version_id."
        )
