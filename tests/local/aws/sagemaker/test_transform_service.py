"""Batch transform jobs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from local.aws.sagemaker.detector.artifact import Artifact, StandIn
from local.aws.sagemaker.detector.honoured import Honoured
from local.aws.sagemaker.detector.network import Network
from local.aws.sagemaker.scripted_model import NOTHING, ScriptedModel
from local.aws.sagemaker.transform_job import TransformJob
from local.aws.sagemaker.transform_run import TransformRun
from tests.local.aws.sagemaker.training_requests import TrainingData
from tests.local.aws.sagemaker.transform_requests import ROW, TransformData
from tests.local.aws.sandbox import Sandbox, eventually


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TransformData:
    return TransformData(TrainingData(sandbox))


def details(aws: EmbeddedAws, request: dict[str, Any]) -> list[Any]:
    name = request["TransformJobName"]
    sent = aws.events.sent(TransformJob.KIND.event)
    return [event.detail for event in sent if event.detail["TransformJobName"] == name]


def test_a_job_answers_for_every_image_of_its_manifest_file(data: TransformData) -> None:
    request = data.request()
    job = data.transform(request)
    assert job["TransformJobStatus"] == "Completed", job.get("FailureReason")
    assert job["TransformEndTime"] >= job["TransformStartTime"] > job["CreationTime"]
    expected = {"prediction": [list(ROW), list(NOTHING)]}
    assert data.answers(request) == dict.fromkeys(data.keys, expected)


def test_a_scripted_model_answers_each_image_by_its_name(data: TransformData) -> None:
    first, second, _ = (key.rpartition("/")[2] for key in data.keys)
    model = ScriptedModel(answers={first: (ROW,), second: ()})
    artifact = data.put_artifact(model.to_bytes())
    request = data.request(ModelName=data.create_model(data.role(), artifact))
    data.transform(request)
    found = [answer["prediction"] for answer in data.answers(request).values()]
    assert found == [[list(ROW)], [], [list(NOTHING)]]


def test_a_detector_is_run_over_the_images_and_answers_in_the_format_of_the_algorithm(
    data: TransformData,
) -> None:
    document = StandIn(honoured=Honoured(num_classes=3), pictures=0, pictures_left_out=0)
    network = Network.untrained(3, np.random.default_rng(0))
    artifact = data.put_artifact(Artifact(document, network).to_bytes())
    request = data.request(ModelName=data.create_model(data.role(), artifact))
    assert data.transform(request)["TransformJobStatus"] == "Completed"
    answers = data.answers(request)
    assert list(answers) == data.keys
    assert answers[data.keys[0]] != answers[data.keys[1]]
    for answer in answers.values():
        assert answer.keys() == {"prediction"}
        rows = answer["prediction"]
        assert all(len(row) == 6 for row in rows)
        assert {-1.0} < {row[0] for row in rows} <= {-1.0, 0.0, 1.0, 2.0}
        found = [row for row in rows if row[0] >= 0]
        assert all(0.01 <= row[1] <= 1 for row in found)
        assert all(0 <= row[2] <= row[4] <= 1 and 0 <= row[3] <= row[5] <= 1 for row in found)


def test_every_change_of_status_is_an_event_in_the_shape_of_sagemaker(
    data: TransformData, aws: EmbeddedAws
) -> None:
    request = data.request(Tags=[{"Key": "execution", "Value": "e"}])
    job = data.transform(request)
    events = details(aws, request)
    assert [event["TransformJobStatus"] for event in events] == ["InProgress", "Completed"]
    last = events[-1]
    assert last["TransformJobArn"] == job["TransformJobArn"]
    assert last["ModelName"] == data.model
    assert last["CreationTime"] == job["CreationTime"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert last["Tags"] == {"execution": "e"}
    assert last["TransformInput"] == request["TransformInput"]


def test_images_that_fail_fail_the_job_and_leave_the_answers_of_the_others(
    data: TransformData,
) -> None:
    bucket = data.sandbox.bucket
    data.sandbox.s3.put_object(Bucket=bucket, Key="images/broken.jpg", Body=b"no picture")
    data.sandbox.s3.put_object(Bucket=bucket, Key="images/large.jpg", Body=bytes(2 * 2**20 + 1))
    bad = ["images/broken.jpg", "images/missing.jpg", "images/large.jpg"]
    request = data.request([*data.keys, *bad], MaxPayloadInMB=2)
    job = data.transform(request)
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert list(data.answers(request)) == data.keys
    logged = data.sandbox.aws.client("logs").filter_log_events(
        logGroupName="/aws/sagemaker/TransformJobs",
        logStreamNamePrefix=request["TransformJobName"],
    )
    lines = [event["message"] for event in logged["events"]]
    assert [line.partition(": ")[0] for line in lines] == [f"{bucket}/{key}" for key in bad]
    assert all(": ClientError: 400 " in line for line in lines)
    assert "2097153 bytes exceed MaxPayloadInMB, 2" in lines[2]


def test_a_job_can_be_made_to_fail_wholly_or_on_some_images(
    data: TransformData, aws: EmbeddedAws
) -> None:
    aws.transform.faults.next_job(fail="InternalServerError: gone")
    request = data.request()
    assert data.transform(request)["FailureReason"] == "InternalServerError: gone"
    assert data.answers(request) == {}
    aws.transform.faults.next_job(spoil=data.keys[1])
    request = data.request()
    assert data.transform(request)["TransformJobStatus"] == "Failed"
    assert list(data.answers(request)) == [data.keys[0], data.keys[2]]
    assert data.transform(data.request())["TransformJobStatus"] == "Completed"


def test_an_instance_type_can_be_out_of_capacity(data: TransformData, aws: EmbeddedAws) -> None:
    aws.transform.faults.lack_capacity("ml.c5.xlarge")
    job = data.transform(data.request())
    aws.transform.faults.restore_capacity()
    assert job["FailureReason"].startswith("CapacityError: Unable to provision requested ML")
    assert "TransformStartTime" not in job


def test_a_job_that_is_stopped_stores_no_output(data: TransformData, aws: EmbeddedAws) -> None:
    aws.transform.faults.hold_next_job()
    request = data.request()
    data.sandbox.sagemaker.create_transform_job(**request)
    name = request["TransformJobName"]
    eventually(lambda: aws.transform.jobs[name].started)
    data.sandbox.sagemaker.stop_transform_job(TransformJobName=name)
    assert data.ended(request)["TransformJobStatus"] == "Stopped"
    assert data.answers(request) == {}
    assert [event["TransformJobStatus"] for event in details(aws, request)] == [
        "InProgress",
        "Stopping",
        "Stopped",
    ]
    with pytest.raises(ClientError, match="is in status Stopped"):
        data.sandbox.sagemaker.stop_transform_job(TransformJobName=name)


def test_a_job_that_is_stopped_while_it_writes_writes_no_more(
    data: TransformData, aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, write = data.request(), TransformRun._write

    def stop_after(run: TransformRun, *written: Any) -> None:
        write(run, *written)
        aws.transform.jobs[request["TransformJobName"]].stop_requested.set()

    monkeypatch.setattr(TransformRun, "_write", stop_after)
    assert data.transform(request)["TransformJobStatus"] == "Stopped"
    assert list(data.answers(request)) == data.keys[:1]


def test_keys_of_a_manifest_file_are_relative_to_its_prefix(data: TransformData) -> None:
    names = [key.removeprefix("images/") for key in data.keys]
    request = data.request(names, prefix="images/")
    assert data.transform(request)["TransformJobStatus"] == "Completed"
    assert list(data.answers(request)) == names


def test_a_second_job_of_the_same_name_is_refused(data: TransformData) -> None:
    request = data.request()
    data.transform(request)
    with pytest.raises(ClientError, match="Transform job names must be unique") as refused:
        data.sandbox.sagemaker.create_transform_job(**request)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"ModelName": "no-such-model"}, "Could not find model"),
        ({"MaxConcurrentTransforms": 20}, "must not exceed 100 MB, found 120"),
        (
            {"TransformResources": {"InstanceType": "ml.nosuch", "InstanceCount": 1}},
            "satisfy enum value set",
        ),
    ],
)
def test_a_request_that_breaks_a_constraint_is_refused(
    data: TransformData, members: dict[str, Any], told: str
) -> None:
    with pytest.raises(ClientError, match=told) as refused:
        data.sandbox.sagemaker.create_transform_job(**data.request(**members))
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_an_augmented_manifest_is_refused(data: TransformData) -> None:
    request = data.request()
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3DataType"] = "AugmentedManifestFile"
    with pytest.raises(ClientError, match="not supported for batch transform"):
        data.sandbox.sagemaker.create_transform_job(**request)


def test_as_much_may_be_in_flight_as_sagemaker_allows(data: TransformData) -> None:
    request = data.request(MaxConcurrentTransforms=4, MaxPayloadInMB=25)
    assert data.transform(request)["TransformJobStatus"] == "Completed"


def test_a_manifest_file_that_is_none_fails_the_job(data: TransformData) -> None:
    request = data.request()
    uri = request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    data.sandbox.s3.put_object(Bucket=bucket, Key=key, Body=b"a.jpg\nb.jpg")
    assert "is not valid" in data.transform(request)["FailureReason"]


def test_an_artifact_of_another_algorithm_fails_the_job(data: TransformData) -> None:
    model = data.create_model(data.role(), data.put_artifact(b"something else"))
    job = data.transform(data.request(ModelName=model))
    assert job["FailureReason"] == "AlgorithmError: See job logs for more information"


@pytest.mark.parametrize(
    ("missing", "told"), [("s3:PutObject", "Failed to write"), ("logs:*", "None")]
)
def test_a_job_has_the_permissions_of_its_models_role(
    data: TransformData, missing: str, told: str
) -> None:
    model = data.create_model(data.role(missing))
    job = data.transform(data.request(ModelName=model))
    assert told in str(job.get("FailureReason"))


def test_a_job_whose_models_role_may_no_longer_read_fails(data: TransformData) -> None:
    role = data.role()
    model = data.create_model(role)
    data.sandbox.iam.delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="p")
    reason = data.transform(data.request(ModelName=model))["FailureReason"]
    assert reason.startswith("ClientError: Failed to download model data")


def test_jobs_are_listed_newest_first_page_by_page(data: TransformData) -> None:
    names = [data.transform(data.request())["TransformJobName"] for _ in range(3)]
    pages = data.sandbox.sagemaker.get_paginator("list_transform_jobs").paginate(
        PaginationConfig={"PageSize": 2}, StatusEquals="Completed"
    )
    found = [job["TransformJobName"] for page in pages for job in page["TransformJobSummaries"]]
    assert found[:3] == names[::-1]


def test_the_last_page_of_a_list_leads_no_further(data: TransformData) -> None:
    name = data.transform(data.request())["TransformJobName"]
    listed = data.sandbox.sagemaker.list_transform_jobs(NameContains=name, MaxResults=1)
    assert len(listed["TransformJobSummaries"]) == 1
    assert "NextToken" not in listed
