"""Starting a training job so that it is started once, however often the step runs."""

from lambdas.errors import CapacityExhausted, TrainingJobNameTaken
from lambdas.messages import StartTrainingJobEvent, TrainingJob
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.job_name import training_job_name
from lambdas.training.job_request import is_same_job, training_job_request
from lambdas.training.ports import ExecutionFiles, TrainingJobs


def start(
    event: StartTrainingJobEvent,
    settings: StartTrainingJobSettings,
    *,
    jobs: TrainingJobs,
    files: ExecutionFiles,
) -> TrainingJob:
    """Start the training job of this attempt, or find that an earlier run of the step did.

    The job is recorded before it is created, so that whoever closes the execution finds it even
    if this function dies in between. Raises ``CapacityExhausted`` where the settings allow no
    further try, ``TrainingJobNameTaken`` where the name belongs to another job, and what
    ``TrainingJobs.create`` raises.
    """
    execution = event.execution
    _check_tries(event, settings)
    instance_type = settings.instance_types[event.attempt % len(settings.instance_types)]
    job = TrainingJob(
        name=training_job_name(
            settings.training_job_prefix,
            execution.name,
            execution.arn,
            event.attempt,
            execution.redrive_count,
        ),
        instance_type=instance_type,
        instance_count=settings.instance_count,
        attempt=event.attempt,
        redrive_count=execution.redrive_count,
        execution_arn=execution.arn,
    )
    request = training_job_request(
        name=job.name,
        instance_type=instance_type,
        dataset=event.dataset,
        settings=settings,
        execution=execution,
    )
    files.put_training_job(execution.name, job)
    if not jobs.create(request):
        existing = jobs.describe(job.name)
        if existing is None or not is_same_job(request, existing):
            raise TrainingJobNameTaken(
                f"A training job named {job.name} exists and was not started by this execution. "
                "Give the pipeline another training_job_prefix, or delete that job."
            )
    return job


def _check_tries(event: StartTrainingJobEvent, settings: StartTrainingJobSettings) -> None:
    """Every redrive is a person's decision to try the whole list anew."""
    types = settings.instance_types
    allowed = len(types) * settings.max_capacity_rounds * (1 + event.execution.redrive_count)
    if event.attempt >= allowed:
        raise CapacityExhausted(
            f"No capacity in {event.attempt} tries over {', '.join(types)}. Redrive the execution "
            "later, or add instance types to the setting instance_types."
        )
