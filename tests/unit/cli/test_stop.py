"""What a pipeline has under way is named, and stopped only by who wants it."""

import io
import sys
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli import output, stop
from cli.main import main
from cli.running_work import Account

MACHINE = "arn:aws:states:eu-west-1:111122223333:stateMachine:pipeline"
DOGS = "arn:aws:states:eu-west-1:111122223333:execution:pipeline:dogs"
OTHER = "arn:aws:states:eu-west-1:111122223333:execution:pipeline-2:dogs"


@dataclass
class Services:
    """CloudFormation, Step Functions and SageMaker of an account, as far as the command asks."""

    executions: list[str] = field(default_factory=list)
    jobs: dict[str, str] = field(default_factory=dict)
    """The execution that a running job's tag names."""
    late_jobs: dict[str, str] = field(default_factory=dict)
    """Created by functions that are at work when their execution is stopped."""
    stopped: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    exceptions = type("Exceptions", (), {"ClientError": ClientError})

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName == "Missing":
            error = {"Code": "ValidationError", "Message": "Stack with id Missing does not exist"}
            raise ClientError({"Error": error}, "DescribeStacks")  # type: ignore[typeddict-item]
        outputs = [{"OutputKey": "StateMachineArn", "OutputValue": MACHINE}]
        if StackName == "RolledBack":
            outputs = []
        return {"Stacks": [{"Outputs": outputs}]}

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(self, operation)

    def list_tags(self, ResourceArn: str) -> dict[str, Any]:  # noqa: N803
        execution = self.jobs[ResourceArn.rpartition("/")[2]]
        return {"Tags": [{"Key": "gt-train:execution", "Value": execution}]}

    def stop_execution(self, executionArn: str, cause: str) -> None:  # noqa: N803
        assert cause
        self.executions.remove(executionArn)
        self.stopped.append(executionArn)
        self.jobs |= self.late_jobs
        self.late_jobs = {}

    def stop_training_job(self, TrainingJobName: str) -> None:  # noqa: N803
        if TrainingJobName in self.ended:
            del self.jobs[TrainingJobName]
            error = {"Code": "ValidationException", "Message": "has ended"}
            raise ClientError({"Error": error}, "StopTrainingJob")  # type: ignore[typeddict-item]
        del self.jobs[TrainingJobName]
        self.stopped.append(TrainingJobName)


@dataclass
class Pages:
    services: Services
    operation: str

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        if self.operation == "list_executions":
            assert asked == {"stateMachineArn": MACHINE, "statusFilter": "RUNNING"}
            return [{"executions": [{"executionArn": arn}]} for arn in self.services.executions]
        assert asked == {"StatusEquals": "InProgress", "PaginationConfig": {"PageSize": 100}}
        return [
            {"TrainingJobSummaries": [{"TrainingJobName": name, "TrainingJobArn": f"a/{name}"}]}
            for name in self.services.jobs
        ]


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    services = Services()
    account = Account(services, services, services)
    monkeypatch.setattr(Account, "of_environment", classmethod(lambda _: account))
    monkeypatch.setattr(stop, "LOOK_AGAIN_SECONDS", 0)
    return services


def run(*arguments: str) -> int:
    return main(["stop", "--stack", "Pipeline", *arguments])


def test_executions_are_stopped_before_their_jobs_and_both_are_named(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.executions = [DOGS]
    services.jobs = {"gt-train-dogs-1": DOGS}

    assert run("--yes") == 0

    assert services.stopped == [DOGS, "gt-train-dogs-1"]
    printed = capsys.readouterr().out
    assert "running  execution     dogs" in printed
    assert "running  training job  gt-train-dogs-1" in printed
    assert "All of it is stopped." in printed


def test_jobs_of_others_are_left_alone_and_ours_found_under_any_prefix(services: Services) -> None:
    services.jobs = {"gt-train-theirs": OTHER, "detector-ours": DOGS}

    assert run("--yes") == 0

    assert services.stopped == ["detector-ours"]


def test_a_job_that_a_function_creates_meanwhile_is_stopped_as_well(services: Services) -> None:
    services.executions = [DOGS]
    services.late_jobs = {"gt-train-dogs-1": DOGS}

    assert run("--yes") == 0

    assert services.stopped == [DOGS, "gt-train-dogs-1"]


def test_a_job_that_ends_by_itself_meanwhile_is_no_failure(services: Services) -> None:
    services.jobs = {"gt-train-dogs-1": DOGS}
    services.ended = {"gt-train-dogs-1"}

    assert run("--yes") == 0


def test_nothing_under_way_is_well(services: Services, capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    assert capsys.readouterr().out == "Pipeline has nothing under way.\n"


@pytest.mark.parametrize(("answer", "status"), [("y", 0), ("n", 1), ("", 1)])
def test_a_person_is_asked(
    services: Services, monkeypatch: pytest.MonkeyPatch, answer: str, status: int
) -> None:
    services.jobs = {"gt-train-dogs-1": DOGS}
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda *_: answer)

    assert run() == status
    assert bool(services.stopped) is (status == 0)


def test_where_nobody_can_be_asked_nothing_is_stopped(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    services.jobs = {"gt-train-dogs-1": DOGS}

    assert run() == 1
    assert services.stopped == []
    assert "--yes" in capsys.readouterr().out


def test_a_stack_that_does_not_exist_is_named(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stop", "--stack", "Missing"]) == 2
    assert "Stack with id Missing does not exist" in capsys.readouterr().out


def test_a_stack_that_was_never_deployed_to_its_end_has_nothing_to_stop(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stop", "--stack", "RolledBack"]) == 0
    assert "Nothing can be under way" in capsys.readouterr().out


class LeftEarly(io.StringIO):
    def write(self, _text: str) -> int:
        raise BrokenPipeError


def test_a_reader_that_leaves_early_leaves_nothing_running(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.executions, services.jobs = [DOGS], {"job": DOGS}
    monkeypatch.setattr(sys, "stdout", LeftEarly())
    monkeypatch.setattr(output, "discard_standard_output", lambda: None)

    assert run("--yes") == 0
    assert services.stopped == [DOGS, "job"]
