"""Start Training Job: which training job this attempt of the execution asks for."""

from typing import Protocol

from lambdas.contract import smallest_batch
from lambdas.errors import CapacityExhausted, ManifestSuperseded, TrainingRequestRefused
from lambdas.jobs.bills import bills
from lambdas.jobs.job_name import job_name
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.jobs.start import (
    asked_for_before,
    completed_before,
    exists,
    recorded_jobs,
    start,
)
from lambdas.messages import Dataset, Job, StartTrainingJobEvent
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.budget import allowed_runtime
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
) -> Job:
    """Start the training job of this attempt, or find that an earlier run of the step did.

    Raises ``ManifestSuperseded``, ``CapacityExhausted`` or ``BillableHoursExhausted`` where no job
    is to be started any more, ``TrainingRequestRefused`` for a batch too small for the instance
    type, and what ``lambdas.jobs.start`` raises.
    """
    execution = event.execution
    recorded = recorded_jobs(execution, records)
    before = asked_for_before(recorded, event.attempt, execution)
    if before is not None and exists(before, TRAINING, jobs):
        return before
    _check_newest(event.dataset, manifests)
    _check_tries(event, settings)
    job = before or _job(event, settings)
    _check_batch(job, event.dataset)
    paid = bills([each for each in recorded if each != job], TRAINING, jobs)
    request = training_job_request(
        name=job.name,
        instance_type=job.instance_type,
        max_runtime_seconds=allowed_runtime(paid, settings),
        dataset=event.dataset,
        settings=settings,
        execution=execution,
    )
    completed = completed_before(
        recorded,
        request,
        TRAINING,
        execution=execution,
        retry_count=event.retry_count,
        jobs=jobs,
    )
    if completed is not None:
        return completed
    start(job, request, TRAINING, execution=execution, jobs=jobs, records=records)
    return job


def _job(event: StartTrainingJobEvent, settings: StartTrainingJobSettings) -> Job:
    execution, types = event.execution, settings.instance_types
    name = job_name(
        settings.training_job_prefix,
        execution.name,
        execution.arn,
        event.attempt,
        execution.redrive_count,
    )
    return Job(
        name=name,
        instance_type=types[event.capacity_misses % len(types)],
        instance_count=settings.instance_count,
        attempt=event.attempt,
        internal_errors=event.internal_errors,
        redrive_count=execution.redrive_count,
        execution_arn=execution.arn,
    )


def _check_batch(job: Job, dataset: Dataset) -> None:
    batch = int(dataset.hyperparameters["mini_batch_size"])
    needed = smallest_batch(job.instance_type)
    if batch < needed:
        raise TrainingRequestRefused(
            f"{job.instance_type} splits every batch over its {needed} GPUs, and a batch has only "
            f"{batch} of the {dataset.split['train']} images of the train channel. Label more "
            "images, or set instance_types to one with fewer GPUs and redrive."
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


def _check_tries(event: StartTrainingJobEvent, settings: StartTrainingJobSettings) -> None:
    """Every redrive is a person's decision to try the whole list anew."""
    types = settings.instance_types
    allowed = len(types) * settings.max_capacity_rounds * (1 + event.execution.redrive_count)
    if event.capacity_misses >= allowed:
        raise CapacityExhausted(
            f"No capacity in {event.capacity_misses} tries over {', '.join(types)}. Redrive the "
            "execution later, or add instance types to the setting instance_types."
        )
