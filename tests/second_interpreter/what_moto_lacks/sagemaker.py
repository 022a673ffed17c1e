"""SageMaker, where moto differs from it in what the functions call.

- A training job is born Completed, with a model and metrics.
- A second job of a name replaces the first; SageMaker refuses it.
- A job that does not exist is reported in other words than SageMaker's.
- StopTrainingJob and DescribeLabelingJob do not exist.
- A transform job is born Completed as well, without answers; StopTransformJob does not exist.
"""

from typing import Any

import pytest
from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.exceptions import (
    ResourceInUseException,
    ResourceNotFound,
    SagemakerClientError,
    ValidationError,
)
from moto.sagemaker.models import FakeTrainingJob, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse

from tests.second_interpreter.training_jobs import TrainingJobs
from tests.second_interpreter.transform_jobs import TransformJobs


def add_to_sagemaker(patch: pytest.MonkeyPatch, jobs: TrainingJobs) -> None:
    """Make moto's SageMaker answer as SageMaker does, and as the scenario wants."""
    patch.setattr(FakeTrainingJob, "__init__", _unfinished(FakeTrainingJob.__init__))
    create = SageMakerModelBackend.create_training_job

    def create_once(backend: Any, training_job_name: str, **request: Any) -> Any:
        if jobs.refusals:
            raise _refusal(jobs.refusals.pop(0))
        if training_job_name in backend.training_jobs:
            raise ResourceInUseException(
                "Training job names must be unique within an AWS account and region"
            )
        jobs.requests[training_job_name] = request
        job = create(backend, training_job_name=training_job_name, **request)
        when_created, jobs.when_created = jobs.when_created, None
        if when_created:
            when_created(training_job_name)
        return job

    def stop(response: Any) -> Any:
        jobs.stop(response._get_param("TrainingJobName"))
        return EmptyResult()

    def describe_labeling_job(response: Any) -> Any:
        found = jobs.labeling_job(response._get_param("LabelingJobName"))
        if found is None:
            raise ResourceNotFound("Requested resource not found.")
        return ActionResult(found)

    patch.setattr(SageMakerModelBackend, "create_training_job", create_once)
    patch.setattr(SageMakerModelBackend, "describe_training_job", _describe)
    patch.setattr(SageMakerResponse, "stop_training_job", stop, raising=False)
    patch.setattr(SageMakerResponse, "describe_labeling_job", describe_labeling_job, raising=False)


def add_transform_jobs(patch: pytest.MonkeyPatch, jobs: TransformJobs) -> None:
    """Make moto's transform jobs give answers or wait, once under each name."""
    create_transform = SageMakerModelBackend.create_transform_job

    def transform_once(backend: Any, transform_job_name: str, **request: Any) -> Any:
        if transform_job_name in backend.transform_jobs:
            raise ResourceInUseException(
                "Transform job names must be unique within an AWS account and region"
            )
        job = create_transform(backend, transform_job_name=transform_job_name, **request)
        jobs.created(transform_job_name)
        return job

    def stop(response: Any) -> Any:
        jobs.stop(response._get_param("TransformJobName"))
        return EmptyResult()

    patch.setattr(SageMakerModelBackend, "create_transform_job", transform_once)
    patch.setattr(SageMakerModelBackend, "describe_transform_job", _describe_transform)
    patch.setattr(SageMakerResponse, "stop_transform_job", stop, raising=False)


def _unfinished(born: Any) -> Any:
    def init(job: Any, *args: Any, **named: Any) -> None:
        born(job, *args, **named)
        job.training_job_status, job.secondary_status = "InProgress", "Starting"
        job.training_end_time = job.model_artifacts = None
        job.final_metric_data_list = []

    return init


def _describe(backend: Any, training_job_name: str) -> Any:
    if training_job_name not in backend.training_jobs:
        raise ValidationError("Requested resource not found.")
    return backend.training_jobs[training_job_name].response_object


def _describe_transform(backend: Any, transform_job_name: str) -> Any:
    if transform_job_name not in backend.transform_jobs:
        raise ValidationError("Requested resource not found.")
    return backend.transform_jobs[transform_job_name].response_object


def _refusal(code: str) -> Exception:
    error: Exception = SagemakerClientError(code, "Unable to provision requested ML capacity.")
    return error
