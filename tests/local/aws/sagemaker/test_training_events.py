"""Events and faults of training jobs."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from local.aws.sagemaker.training_service import COMPLETION_EVENT
from tests.local.aws.sagemaker.training_requests import TrainingData
from tests.local.aws.sandbox import Sandbox, eventually


@pytest.fixture(scope="module")
def data(sandbox: Sandbox) -> TrainingData:
    return TrainingData(sandbox)


def details(aws: EmbeddedAws, request: dict[str, Any]) -> list[Any]:
    name = request["TrainingJobName"]
    sent = aws.events.sent(COMPLETION_EVENT)
    return [event.detail for event in sent if event.detail["TrainingJobName"] == name]


def test_every_change_of_status_is_an_event_in_the_shape_of_sagemaker(
    data: TrainingData, aws: EmbeddedAws
) -> None:
    request = data.request(Tags=[{"Key": "execution", "Value": "e"}])
    job = data.train(request)
    events = details(aws, request)
    assert [event["SecondaryStatus"] for event in events] == [
        "Starting",
        "Downloading",
        "Training",
        "Uploading",
        "Completed",
    ]
    last = events[-1]
    assert last["TrainingJobStatus"] == "Completed"
    assert last["TrainingJobArn"] == job["TrainingJobArn"]
    assert last["CreationTime"] == int(job["CreationTime"].timestamp() * 1000)
    assert last["ModelArtifacts"] == job["ModelArtifacts"]
    assert last["Tags"] == {"execution": "e"}
    assert last["SecondaryStatusTransitions"][0]["StartTime"] > 1_600_000_000_000
    assert not {"FinalMetricDataList", "BillableTimeInSeconds"} & set(last)
    assert "FailureReason" not in last


def test_a_job_can_be_made_to_fail_for_a_given_reason(data: TrainingData, aws: EmbeddedAws) -> None:
    aws.training.faults.next_job(fail="AlgorithmError: out of memory")
    request = data.request()
    assert data.train(request)["FailureReason"] == "AlgorithmError: out of memory"
    assert details(aws, request)[-1]["FailureReason"] == "AlgorithmError: out of memory"
    assert data.train(data.request())["TrainingJobStatus"] == "Completed"


@pytest.mark.parametrize("keeps_model", [True, False])
def test_a_job_can_run_into_its_time_limit_with_and_without_a_model(
    data: TrainingData, aws: EmbeddedAws, keeps_model: bool
) -> None:
    aws.training.faults.next_job(stop_as="MaxRuntimeExceeded", keeps_model=keeps_model)
    job = data.train(data.request())
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert ("ModelArtifacts" in job) == keeps_model


def test_a_held_job_trains_until_it_is_released(data: TrainingData, aws: EmbeddedAws) -> None:
    hold = aws.training.faults.hold_next_job()
    request = data.request()
    data.sandbox.sagemaker.create_training_job(**request)
    job = aws.training.jobs[request["TrainingJobName"]]
    eventually(lambda: job.secondary_status == "Training")
    with pytest.raises(TimeoutError):
        aws.training.wait_until_finished(job.name, timeout=0.3)
    hold.release()
    assert data.ended(request)["TrainingJobStatus"] == "Completed"


def test_a_job_can_end_before_its_creation_is_answered(
    data: TrainingData, aws: EmbeddedAws
) -> None:
    aws.training.faults.next_job(fail="InternalServerError: gone", before_answer=True)
    request = data.request()
    data.sandbox.sagemaker.create_training_job(**request)
    assert aws.training.jobs[request["TrainingJobName"]].status == "Failed"


def test_an_instance_type_can_be_out_of_capacity(data: TrainingData, aws: EmbeddedAws) -> None:
    aws.training.faults.lack_capacity("ml.g4dn.xlarge")
    job = data.train(data.request())
    aws.training.faults.restore_capacity()
    assert job["FailureReason"].startswith("CapacityError: Unable to provision requested ML")
    assert "TrainingStartTime" not in job
    assert "BillableTimeInSeconds" not in job
    assert data.train(data.request())["TrainingJobStatus"] == "Completed"


def test_calls_of_functions_can_be_refused_for_a_while(
    data: TrainingData, aws: EmbeddedAws
) -> None:
    aws.faults.refuse("sagemaker", "ListTrainingJobs", "ThrottlingException", times=1)
    data.sandbox.sagemaker.list_training_jobs()
    function = data.sandbox.function(
        """
        import boto3, botocore.config, botocore.exceptions
        config = botocore.config.Config(retries={"total_max_attempts": 1})
        def handler(event, context):
            try:
                boto3.client("sagemaker", config=config).list_training_jobs()
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
        """
    )
    invoke = data.sandbox.functions.invoke
    answers = [invoke(FunctionName=function)["Payload"].read() for _ in range(2)]
    assert answers == [b'"ThrottlingException"', b"null"]


@pytest.mark.parametrize(("when", "exists"), [("before", False), ("after", True)])
def test_a_function_can_be_killed_while_it_creates_a_job(
    data: TrainingData, aws: EmbeddedAws, when: Any, exists: bool
) -> None:
    function = data.sandbox.function(
        """
        import boto3
        def handler(event, context):
            boto3.client("sagemaker").create_training_job(**event)
        """
    )
    request = data.request()
    aws.faults.kill_caller("sagemaker", "CreateTrainingJob", when=when)
    answer = data.sandbox.functions.invoke(FunctionName=function, Payload=json.dumps(request))
    assert json.loads(answer["Payload"].read())["errorType"] == "Runtime.ExitError"
    assert (request["TrainingJobName"] in aws.training.jobs) == exists


def test_a_call_of_a_function_can_be_held_before_it_has_any_effect(
    data: TrainingData, aws: EmbeddedAws
) -> None:
    function = data.sandbox.function(
        """
        import boto3
        def handler(event, context):
            boto3.client("sagemaker").create_training_job(**event)
        """
    )
    request = data.request()
    held = aws.faults.hold("sagemaker", "CreateTrainingJob")
    assert not held.has_arrived
    with ThreadPoolExecutor(1) as callers:
        answer = callers.submit(
            data.sandbox.functions.invoke, FunctionName=function, Payload=json.dumps(request)
        )
        eventually(lambda: held.has_arrived or None)
        assert request["TrainingJobName"] not in aws.training.jobs
        aws.faults.clear()
        assert "FunctionError" not in answer.result()
    assert request["TrainingJobName"] in aws.training.jobs


def test_an_unknown_job_is_not_found(data: TrainingData) -> None:
    with pytest.raises(ClientError, match="Requested resource not found"):
        data.sandbox.sagemaker.describe_training_job(TrainingJobName="none")
