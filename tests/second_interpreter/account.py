"""The account in which the pipeline runs on the second interpreter."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import boto3
import pytest
from moto import mock_aws
from moto.sns.models import sns_backends

from lambdas.adapters import clients
from tests.second_interpreter.deployed import (
    ACCOUNT,
    BUCKET,
    MACHINE,
    MACHINE_ARN,
    REGION,
    TOPIC,
    TOPIC_ARN,
    Deployed,
)
from tests.second_interpreter.functions import Functions
from tests.second_interpreter.reference_jsonata import ReferenceJsonata
from tests.second_interpreter.training_jobs import TrainingJobs
from tests.second_interpreter.transform_jobs import TransformJobs
from tests.second_interpreter.what_moto_lacks.interpreter import Interpreter, add_to_interpreter
from tests.second_interpreter.what_moto_lacks.s3 import send_bodies_as_bytes
from tests.second_interpreter.what_moto_lacks.sagemaker import (
    add_to_sagemaker,
    add_transform_jobs,
)
from tests.second_interpreter.what_moto_lacks.task_tokens import TaskTokens, add_task_tokens

T = TypeVar("T")

SERVICES: tuple[Any, ...] = ("s3", "sagemaker", "stepfunctions", "sns")
MOTO = {"stepfunctions": {"execute_state_machine": True}}


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a scenario acts on."""

    functions: Functions
    jobs: TrainingJobs
    transform: TransformJobs
    interpreter: Interpreter
    tokens: TaskTokens

    def deliver(self, function: str, detail: dict[str, Any], detail_type: str = "") -> Any:
        """Invoke a function with an event, as EventBridge does; return its answer."""
        event = {
            "version": "0",
            "account": ACCOUNT,
            "region": REGION,
            "detail-type": detail_type,
            "detail": detail,
        }
        return self.functions.call(function, event)

    def training_job_ended(self, name: str, status: str = "Completed") -> int:
        """Deliver a training job's event; return how many executions it answered."""
        return self._job_ended("Training", name, status)

    def transform_job_ended(self, name: str, status: str) -> int:
        """Deliver a transform job's event; return how many executions it answered."""
        return self._job_ended("Transform", name, status)

    def notices(self) -> list[str]:
        """The texts that people were sent, oldest first."""
        sent = sns_backends[ACCOUNT][REGION].topics[TOPIC_ARN].sent_notifications
        return [notification[1] for notification in sent]

    def _job_ended(self, kind: str, name: str, status: str) -> int:
        detail = {f"{kind}JobName": name, f"{kind}JobStatus": status}
        event = f"SageMaker {kind} Job State Change"
        answered: int = self.deliver("resume_execution", detail, event)["answered"]
        return answered


def clients_of_moto() -> dict[str, Any]:
    """Return one client of each service that a function uses: making them takes a second."""
    with mock_aws():
        made = {name: boto3.client(name, region_name=REGION) for name in SERVICES}
    send_bodies_as_bytes(made["s3"])
    return made


@contextmanager
def account(
    deployed: Deployed, jsonata: ReferenceJsonata, aws_clients: Mapping[str, Any]
) -> Iterator[Account]:
    """Deploy the pipeline to an empty account of moto's; nothing of it is left afterwards."""
    with pytest.MonkeyPatch.context() as patch, mock_aws(config=MOTO):
        for service, client in aws_clients.items():
            patch.setattr(clients, service, partial(lambda made: made, client))
        made = Account(
            Functions(deployed.environments),
            TrainingJobs(),
            TransformJobs(),
            Interpreter(),
            TaskTokens(),
        )
        add_to_interpreter(patch, made.interpreter, made.functions, jsonata)
        add_task_tokens(patch, made.tokens)
        add_to_sagemaker(patch, made.jobs)
        add_transform_jobs(patch, made.transform)
        _create_resources(deployed.definition)
        yield made


def _create_resources(definition: str) -> None:
    region: Any = {"LocationConstraint": REGION}
    clients.s3().create_bucket(Bucket=BUCKET, CreateBucketConfiguration=region)
    clients.s3().put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    assert clients.sns().create_topic(Name=TOPIC)["TopicArn"] == TOPIC_ARN
    machine = clients.stepfunctions().create_state_machine(
        name=MACHINE, definition=definition, roleArn=f"arn:aws:iam::{ACCOUNT}:role/workflow"
    )
    assert machine["stateMachineArn"] == MACHINE_ARN


def eventually(look: Callable[[], T | None], seconds: float = 60) -> T:
    """Return what ``look`` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError(f"nothing within {seconds} s")
