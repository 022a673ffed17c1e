"""What SageMaker answers about training jobs is taken for what it means, and nothing else."""

import datetime as dt
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas import errors
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.training.job_request import training_job_request
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from lambdas.transform.request import transform_job_request
from tests.unit.jobs.factories import (
    any_dataset,
    any_execution,
    any_job,
    any_prediction,
    any_settings,
    any_transform_settings,
    described,
)

NOW = dt.datetime(2026, 1, 15, tzinfo=dt.UTC)


def request() -> dict[str, Any]:
    return training_job_request(
        name="gt-train-dogs-1",
        instance_type="ml.g4dn.xlarge",
        max_runtime_seconds=3600,
        dataset=any_dataset(),
        settings=any_settings(),
        execution=any_execution(),
    )


def listed(name: str) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:111122223333:training-job/{name}",
        "CreationTime": NOW,
        "TrainingJobStatus": "InProgress",
    }


def test_a_name_that_is_taken_creates_no_second_job(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("create_training_job", "ResourceInUse")

    assert not SageMakerJobs(TRAINING).create(request())


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ResourceLimitExceeded", errors.ResourceLimitExceeded),
        ("CapacityError", errors.CapacityUnavailable),
        ("InsufficientCapacity", errors.CapacityUnavailable),
        ("InsufficientCapacityException", errors.CapacityUnavailable),
        ("ValidationException", errors.TrainingRequestRefused),
        ("AccessDeniedException", errors.TrainingRequestRefused),
        ("ResourceNotFound", errors.TrainingRequestRefused),
        ("ThrottlingException", errors.ServiceUnavailable),
        ("SomethingNew", ClientError),
    ],
)
def test_each_refusal_of_a_job_has_the_error_name_of_its_reason(
    sagemaker: Stubber, code: str, error: type[Exception]
) -> None:
    sagemaker.add_client_error("create_training_job", code, "no")

    with pytest.raises(error):
        SageMakerJobs(TRAINING).create(request())


@pytest.mark.parametrize(
    ("code", "message"),
    [("ValidationException", "Requested resource not found."), ("ResourceNotFound", "")],
)
def test_a_job_that_does_not_exist_has_no_description(
    sagemaker: Stubber, code: str, message: str
) -> None:
    sagemaker.add_client_error("describe_training_job", code, message)

    assert SageMakerJobs(TRAINING).describe("gt-train-dogs-1") is None


@pytest.mark.parametrize("code", ["ValidationException", "AccessDeniedException"])
def test_a_job_that_cannot_be_described_is_not_taken_for_a_missing_one(
    sagemaker: Stubber, code: str
) -> None:
    sagemaker.add_client_error("describe_training_job", code, "no")

    with pytest.raises(ClientError):
        SageMakerJobs(TRAINING).describe("gt-train-dogs-1")


def test_a_job_that_has_ended_needs_no_stop(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("stop_training_job", "ValidationException", "status Completed")

    SageMakerJobs(TRAINING).stop("gt-train-dogs-1")


def test_a_stop_that_is_forbidden_is_a_failure(sagemaker: Stubber) -> None:
    sagemaker.add_client_error("stop_training_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        SageMakerJobs(TRAINING).stop("gt-train-dogs-1")


def test_the_running_jobs_of_the_account_are_listed_to_the_last_of_few_pages(
    sagemaker: Stubber,
) -> None:
    first = {"StatusEquals": "InProgress", "MaxResults": 100}
    sagemaker.add_response(
        "list_training_jobs",
        {"TrainingJobSummaries": [listed("gt-train-1"), listed("other")], "NextToken": "more"},
        first,
    )
    sagemaker.add_response(
        "list_training_jobs",
        {"TrainingJobSummaries": [listed("gt-train-2")]},
        first | {"NextToken": "more"},
    )

    running = list(SageMakerJobs(TRAINING).running())

    assert [job.name for job in running] == ["gt-train-1", "other", "gt-train-2"]
    assert all(job.is_running for job in running)


@pytest.mark.parametrize(
    ("tags", "execution"),
    [
        ([{"Key": "team", "Value": "x"}, {"Key": "gt-train:execution", "Value": "arn"}], "arn"),
        ([{"Key": "team", "Value": "x"}], None),
    ],
)
def test_a_jobs_tag_names_its_execution(
    sagemaker: Stubber, tags: list[dict[str, str]], execution: str | None
) -> None:
    job = described(listed("gt-train-1"))
    sagemaker.add_response("list_tags", {"Tags": tags}, {"ResourceArn": job.arn})

    assert SageMakerJobs(TRAINING).execution_of(job) == execution


def test_the_operations_of_a_kind_are_called_after_it(sagemaker: Stubber) -> None:
    described_job = {
        "TransformJobName": "job-1",
        "TransformJobArn": "arn:aws:sagemaker:us-east-1:111122223333:transform-job/job-1",
        "TransformJobStatus": "InProgress",
        "CreationTime": NOW,
    }
    sagemaker.add_response("list_transform_jobs", {"TransformJobSummaries": [described_job]})
    sagemaker.add_response("stop_transform_job", {}, {"TransformJobName": "job-1"})
    sagemaker.add_client_error("create_transform_job", "ValidationException", "no")
    jobs = SageMakerJobs(TRANSFORM)

    (running,) = jobs.running()
    assert (running.name, running.is_running, running.created_at) == ("job-1", True, NOW)
    jobs.stop("job-1")
    with pytest.raises(errors.TransformRequestRefused, match="refuses the transform job: no"):
        jobs.create(
            transform_job_request(
                any_job(), any_prediction(), any_transform_settings(), any_execution()
            )
        )
