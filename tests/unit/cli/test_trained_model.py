"""The model of an execution is found by the stack's bucket and the execution's documents."""

import io
import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError

from cli.detector.errors import NotUsable
from cli.trained_model import trained_model

ARN = "arn:aws:states:eu-west-1:111122223333:execution:GroundTruthTraining:dogs-1"
OUTCOME: dict[str, Any] = {
    "model_artifact": "s3://bucket/models/job/output/model.tar.gz",
    "report": "s3://bucket/executions/dogs-1/report.json",
    "execution": ARN,
    "classes": ["dog", "+1 more"],
}
OBJECTS = {
    "executions/dogs-1/outcome.json": json.dumps(OUTCOME).encode(),
    "executions/dogs-1/report.json": b'{"classes": {"0": {"name": "dog"}, "1": {"name": "cat"}}}',
    "models/job/output/model.tar.gz": b"model",
}


class Account:
    """CloudFormation and S3 as one client."""

    def __init__(self, objects: dict[str, bytes]) -> None:
        self.objects = objects
        self.refusal: Exception | None = None

    def client(self, _service: str) -> "Account":
        return self

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if self.refusal:
            raise self.refusal
        if StackName != "Mine":
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "d")
        outputs = [
            {"OutputKey": "TopicArn", "OutputValue": "arn"},
            {"OutputKey": "BucketName", "OutputValue": "bucket"},
        ]
        return {"Stacks": [{"Outputs": outputs}]}

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        assert Bucket == "bucket"
        if Key not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey", "Message": "none"}}, "GetObject")
        return {"Body": io.BytesIO(self.objects[Key])}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Account:
    account = Account(dict(OBJECTS))
    monkeypatch.setattr(boto3, "Session", lambda: account)
    return account


@pytest.mark.parametrize("execution", ["dogs-1", ARN])
def test_a_model_is_found_by_name_and_by_arn(account: Account, execution: str) -> None:
    found = trained_model(execution, "Mine")
    assert found.archive.read() == b"model"
    assert found.class_names == {0: "dog", 1: "cat"}
    assert (found.execution, found.score_threshold) == (ARN, None)


@pytest.mark.parametrize(
    ("evaluation", "threshold"),
    [
        ({"best_f1": {"f1": 0.8, "threshold": 0.37}}, 0.37),
        ({"best_f1": None}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_threshold_is_the_evaluations(
    account: Account, evaluation: Any, threshold: float | None
) -> None:
    outcome = {**OUTCOME, "evaluation": evaluation}
    account.objects["executions/dogs-1/outcome.json"] = json.dumps(outcome).encode()
    assert trained_model("dogs-1", "Mine").score_threshold == threshold


def test_an_execution_without_an_outcome_is_explained(account: Account) -> None:
    with pytest.raises(NotUsable, match=r"executions/cats/outcome.json does not exist"):
        trained_model("cats", "Mine")


def test_a_stack_that_does_not_exist_is_named(account: Account) -> None:
    with pytest.raises(NotUsable, match=r"Stack with id Other does not exist.*--stack"):
        trained_model("dogs-1", "Other")


def test_without_credentials_it_says_so(account: Account) -> None:
    account.refusal = NoCredentialsError()
    with pytest.raises(NotUsable, match="execution dogs-1: Unable to locate credentials"):
        trained_model("dogs-1", "Mine")


def test_an_outcome_that_is_none_is_named(account: Account, tmp_path: Path) -> None:
    account.objects["executions/dogs-1/outcome.json"] = b"{}"
    with pytest.raises(NotUsable, match=r"outcome.json: .*model_artifact"):
        trained_model("dogs-1", "Mine")
