"""Starting a training job so that it is started once, however often the step runs."""

from collections.abc import Mapping
from typing import Any

from lambdas.errors import CapacityExhausted, ManifestSuperseded, TrainingJobNameTaken
from lambdas.messages import Dataset, StartTrainingJobEvent, TrainingJob
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.billing import allowed_runtime, bills
from lambdas.training.job_name import training_job_name
from lambdas.training.job_request import is_same_job, training_job_request
from lambdas.training.ports import ExecutionFiles, Manifests, TrainingJobs


def start(
    event: StartTrainingJobEvent,
    settings: StartTrainingJobSettings,
    *,
    jobs: TrainingJobs,
    files: ExecutionFiles,
    manifests: Manifests,
) -> TrainingJob:
    """Start the training job of this attempt, or find that an earlier run of the step did.

    The job is recorded before it is created, so that whoever closes the execution finds it even
    if this function dies in between. Where the execution was aborted and redriven after it had
    asked for a job, that job is taken up if it runs or has completed.

    Raises ``ManifestSuperseded``, ``CapacityExhausted`` or ``BillableHoursExhausted`` where no job
    is to be started any more, ``TrainingJobNameTaken`` where the name belongs to another job, and
    what ``TrainingJobs.create`` raises.
    """
    execution = event.execution
    _check_newest(event.dataset, manifests)
    _check_tries(event, settings)
    job = _job(event, settings)
    earlier = [each for each in files.training_jobs(execution.name) if each.name != job.name]
    request = training_job_request(
        name=job.name,
        instance_type=job.instance_type,
        max_runtime_seconds=allowed_runtime(bills(earlier, jobs), settings),
        dataset=event.dataset,
        settings=settings,
        execution=execution,
    )
    if earlier and _is_reusable(earlier[-1], request, jobs):
        return earlier[-1]
    files.put_training_jobs(execution.name, [*earlier, job])
    if not jobs.create(request):
        existing = jobs.describe(job.name)
        if existing is None or not is_same_job(request, existing):
            raise TrainingJobNameTaken(
                f"A training job named {job.name} exists and was not started by this execution. "
                "Give the pipeline another training_job_prefix, or delete that job."
            )
    return job


def _job(event: StartTrainingJobEvent, settings: StartTrainingJobSettings) -> TrainingJob:
    execution, types = event.execution, settings.instance_types
    name = training_job_name(
        settings.training_job_prefix,
        execution.name,
        execution.arn,
        event.attempt,
        execution.redrive_count,
    )
    return TrainingJob(
        name=name,
        instance_type=types[event.capacity_misses % len(types)],
        instance_count=settings.instance_count,
        attempt=event.attempt,
        internal_errors=event.internal_errors,
        redrive_count=execution.redrive_count,
        execution_arn=execution.arn,
    )


def _is_reusable(job: TrainingJob, request: Mapping[str, Any], jobs: TrainingJobs) -> bool:
    description = jobs.describe(job.name)
    return (
        description is not None
        and description["TrainingJobStatus"] in ("InProgress", "Completed")
        and is_same_job(request, description)
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
