"""The training service: SageMaker's answers, and the failures of the algorithm."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.aws.sagemaker import learning as learning_module
from local.aws.sagemaker.detector.artifact import Artifact
from local.aws.sagemaker.scripted_model import ScriptedModel
from tests.local.aws.sagemaker.training_requests import LABELS, TrainingData
from tests.local.aws.sandbox import Sandbox, eventually, unique


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TrainingData:
    return TrainingData(sandbox)


def refusal(data: TrainingData, request: dict[str, Any]) -> str:
    with pytest.raises(ClientError) as refused:
        data.sandbox.sagemaker.create_training_job(**request)
    return str(refused.value)


def test_a_job_reads_both_channels_and_completes_without_inventing_metrics(
    data: TrainingData,
) -> None:
    job = data.train(data.request())
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert [t["Status"] for t in job["SecondaryStatusTransitions"]] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    assert job["FinalMetricDataList"] == []
    assert job["BillableTimeInSeconds"] >= 1
    log = data.sandbox.aws.training.jobs[job["TrainingJobName"]].log
    assert "INFO channel 'train': 20 records read, 0 skipped" in log
    assert "INFO channel 'validation': 4 records read, 0 skipped" in log


def content(data: TrainingData, job: dict[str, Any]) -> bytes:
    key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{data.sandbox.bucket}/")
    assert key == f"models/{job['TrainingJobName']}/output/model.tar.gz"
    body: bytes = data.sandbox.s3.get_object(Bucket=data.sandbox.bucket, Key=key)["Body"].read()
    return body


def test_a_job_that_is_not_to_learn_leaves_a_model_that_says_so(data: TrainingData) -> None:
    model = ScriptedModel.from_bytes(content(data, data.train(data.request())))
    assert model == ScriptedModel()
    assert "nothing was trained" in model.what


def test_a_test_can_say_which_artifact_a_job_writes(data: TrainingData) -> None:
    data.sandbox.aws.training.faults.next_job(artifact=b"something else")
    assert content(data, data.train(data.request())) == b"something else"


@pytest.fixture
def learning(data: TrainingData) -> Iterator[TrainingData]:
    data.sandbox.aws.training.learns = True
    yield data
    data.sandbox.aws.training.learns = False


def test_a_job_learns_from_its_train_channel_and_reports_what_it_measured(
    learning: TrainingData,
) -> None:
    job = learning.train(learning.request(hyperparameters={"epochs": "2"}))
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    model = Artifact.from_bytes(content(learning, job))
    metrics = {each["MetricName"]: each["Value"] for each in job["FinalMetricDataList"]}
    assert (model.document.pictures, model.document.honoured.epochs) == (20, 2)
    assert metrics.keys() == {"train:cross_entropy", "train:smooth_l1"}
    assert all(0 < value < 10 for value in metrics.values())
    logged = learning.sandbox.aws.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/TrainingJobs", logStreamNamePrefix=job["TrainingJobName"]
    )
    lines = [event["message"] for event in logged["events"]]
    assert any("not SageMaker's network. Not honoured: base_network" in line for line in lines)
    assert sum("train cross_entropy <loss>=(" in line for line in lines) == 2


def test_a_job_that_is_stopped_while_it_learns_leaves_no_model(learning: TrainingData) -> None:
    request = learning.request(hyperparameters={"epochs": "100000"})
    learning.sandbox.sagemaker.create_training_job(**request)
    name = request["TrainingJobName"]
    job = learning.sandbox.aws.training.jobs[name]
    eventually(lambda: any("A stand-in is trained" in line for line in job.log))
    learning.sandbox.sagemaker.stop_training_job(TrainingJobName=name)
    ended = learning.ended(request)
    assert (ended["TrainingJobStatus"], ended["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert "ModelArtifacts" not in ended


def test_of_a_large_channel_the_first_pictures_are_learned_from(
    learning: TrainingData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning_module, "MOST_PICTURES", 12)
    job = learning.train(learning.request(hyperparameters={"epochs": "1"}))
    document = Artifact.from_bytes(content(learning, job)).document
    assert (document.pictures, document.pictures_left_out) == (12, 8)


def test_a_second_job_of_the_same_name_is_refused_in_the_words_of_sagemaker(
    data: TrainingData,
) -> None:
    request = data.request()
    data.train(request)
    assert refusal(data, request).startswith(
        "An error occurred (ResourceInUse) when calling the CreateTrainingJob operation: Training "
        "job names must be unique within an AWS account and region, and a training job with this "
        "name already exists (arn:aws:sagemaker:us-east-1:000000000000:training-job/"
    )


@pytest.mark.parametrize(
    ("member", "value", "told"),
    [
        ("TrainingJobName", "no_underscores", "regular expression pattern"),
        ("TrainingJobName", "n" * 64, "length less than or equal to 63"),
        ("HyperParameters", {"k": "v" * 2501}, "length less than or equal to 2500"),
        ("StoppingCondition", {"MaxRuntimeInSeconds": 0}, "valid min value: 1"),
        (
            "StoppingCondition",
            {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
            "only supported for managed spot",
        ),
        (
            "AlgorithmSpecification",
            {"TrainingImage": "i", "TrainingInputMode": "File"},
            "needs Pipe input mode",
        ),
        (
            "ResourceConfig",
            {"InstanceType": "ml.nosuch.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            "satisfy enum value set",
        ),
        (
            "ResourceConfig",
            {
                "InstanceType": "ml.g5.xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 1,
                "VolumeKmsKeyId": "k",
            },
            "VolumeKmsKeyId is not supported",
        ),
        ("RoleArn", "arn:aws:iam::000000000000:role/no-such-role", "Could not assume role"),
    ],
)
def test_a_request_that_breaks_a_constraint_is_refused(
    data: TrainingData, member: str, value: Any, told: str
) -> None:
    unchecked: Any = boto3.client("sagemaker", config=Config(parameter_validation=False))
    with pytest.raises(ClientError, match=told) as refused:
        unchecked.create_training_job(**{**data.request(), member: value})
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_input_that_does_not_exist_is_refused_when_the_job_is_created(data: TrainingData) -> None:
    request = data.request()
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] += ".missing"
    assert "No S3 objects found under S3 URL" in refusal(data, request)


def test_input_the_role_may_not_list_is_refused(data: TrainingData) -> None:
    request = data.request(RoleArn=data.training_role("s3:ListBucket"))
    assert '"s3:ListBucket" permissions on bucket' in refusal(data, request)


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        (("source-ref", "no-such-attribute"), "ClientError: Got empty batch from pipe."),
        (("source-ref", f"{LABELS}-metadata"), "ClientError: Unable to parse record."),
    ],
)
def test_wrong_attribute_names_fail_as_the_algorithm_fails(
    data: TrainingData, attributes: tuple[str, ...], reason: str
) -> None:
    job = data.train(data.request(attributes=attributes))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(reason)


def test_a_label_missing_on_some_lines_breaks_the_pairs_on_the_pipe(data: TrainingData) -> None:
    lines = copy.deepcopy(data.lines[:20])
    del lines[7][LABELS]
    job = data.train(data.request(lines))
    assert job["FailureReason"].startswith("ClientError: Unable to parse record.")


@pytest.mark.parametrize(
    ("hyperparameters", "reason"),
    [
        ({"label_width": "10"}, "ClientError: Invalid parameter value 'label_width'."),
        ({"num_classes": "1"}, "ClientError: class ids"),
        ({"num_classes": "none"}, "ClientError: hyperparameter 'num_classes' is an integer"),
        ({"batch_size": "8"}, "ClientError: Additional hyperparameters are not allowed"),
        (
            {"mini_batch_size": "21"},
            "ClientError: The number of input images must be bigger or equal to the "
            "mini_batch_size.",
        ),
    ],
)
def test_unfit_hyperparameters_fail_the_job(
    data: TrainingData, hyperparameters: dict[str, str], reason: str
) -> None:
    job = data.train(data.request(hyperparameters=hyperparameters))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(reason)


def test_a_wrong_number_of_samples_is_a_warning_in_the_log(data: TrainingData) -> None:
    job = data.train(data.request(hyperparameters={"num_training_samples": "80"}))
    assert job["TrainingJobStatus"] == "Completed"
    log = data.sandbox.aws.training.jobs[job["TrainingJobName"]].log
    assert any("Expected number of batches: 10, did not match" in line for line in log)


def test_records_without_recordio_framing_can_not_be_parsed(data: TrainingData) -> None:
    request = data.request()
    request["InputDataConfig"][0]["RecordWrapperType"] = "None"
    job = data.train(request)
    assert job["FailureReason"] == (
        "ClientError: Unable to parse record: The Record IO header does not start with the magic "
        "number"
    )


def test_an_image_that_is_not_there_fails_the_job_with_its_uri(data: TrainingData) -> None:
    lines = copy.deepcopy(data.lines[:20])
    lines[3]["source-ref"] = data.prefix + "missing.jpg"
    job = data.train(data.request(lines))
    assert job["FailureReason"].startswith(
        f"ClientError: Data download failed:Unable to download object {data.prefix}missing.jpg (NoS"
    )


def test_the_training_role_needs_to_read_the_data(data: TrainingData) -> None:
    job = data.train(data.request(RoleArn=data.training_role("s3:GetObject")))
    assert "(AccessDenied: " in job["FailureReason"]


def test_the_training_role_needs_to_write_the_model(data: TrainingData) -> None:
    job = data.train(data.request(RoleArn=data.training_role("s3:PutObject")))
    assert job["FailureReason"].startswith("ClientError: Artifact upload failed:")
    assert "ModelArtifacts" not in job


def test_an_image_that_can_not_be_decoded_is_skipped_with_a_warning(data: TrainingData) -> None:
    lines = copy.deepcopy(data.lines[:20])
    data.sandbox.s3.put_object(Bucket=data.sandbox.bucket, Key="images/bad.jpg", Body=b"no image")
    lines[3]["source-ref"] = data.prefix + "bad.jpg"
    job = data.train(data.request(lines))
    assert job["TrainingJobStatus"] == "Completed"
    log = data.sandbox.aws.training.jobs[job["TrainingJobName"]].log
    assert any("image 4: cannot be decoded" in line for line in log)


def test_a_job_on_an_instance_without_gpu_fails(data: TrainingData) -> None:
    resources = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1}
    job = data.train(data.request(ResourceConfig=resources))
    assert "GPU instances only" in job["FailureReason"]


def test_a_running_job_is_stopped_by_hand(data: TrainingData) -> None:
    data.sandbox.aws.training.faults.hold_next_job()
    request = data.request()
    data.sandbox.sagemaker.create_training_job(**request)
    data.sandbox.sagemaker.stop_training_job(TrainingJobName=request["TrainingJobName"])
    job = data.ended(request)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    with pytest.raises(ClientError, match="training job is in status Stopped"):
        data.sandbox.sagemaker.stop_training_job(TrainingJobName=request["TrainingJobName"])


def test_jobs_are_listed_by_name_status_and_time_page_by_page(data: TrainingData) -> None:
    prefix = unique("listed")
    for number in range(3):
        data.train(data.request(TrainingJobName=f"{prefix}-{number}"))
    pages = data.sandbox.sagemaker.get_paginator("list_training_jobs").paginate(
        NameContains=prefix, StatusEquals="Completed", PaginationConfig={"PageSize": 2}
    )
    listed = [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]
    assert listed == [f"{prefix}-2", f"{prefix}-1", f"{prefix}-0"]
    second = data.sandbox.sagemaker.describe_training_job(TrainingJobName=f"{prefix}-1")
    later = data.sandbox.sagemaker.list_training_jobs(
        NameContains=prefix, CreationTimeAfter=second["CreationTime"]
    )
    assert f"{prefix}-0" not in str(later["TrainingJobSummaries"])


def test_tags_lead_from_a_job_to_where_it_came_from(data: TrainingData) -> None:
    request = data.request(Tags=[{"Key": "execution", "Value": "one"}])
    arn = data.sandbox.sagemaker.create_training_job(**request)["TrainingJobArn"]
    data.ended(request)
    data.sandbox.sagemaker.add_tags(
        ResourceArn=arn, Tags=[{"Key": "execution", "Value": "two"}, {"Key": "b", "Value": "c"}]
    )
    tags = data.sandbox.sagemaker.list_tags(ResourceArn=arn)["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"execution": "two", "b": "c"}


def test_labeling_jobs_are_known_once_registered(data: TrainingData) -> None:
    name = unique("Labeling")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        data.sandbox.sagemaker.describe_labeling_job(LabelingJobName=name)
    data.sandbox.aws.training.register_labeling_job(name, "InProgress")
    job = data.sandbox.sagemaker.describe_labeling_job(LabelingJobName=name)
    assert job["LabelingJobStatus"] == "InProgress"
