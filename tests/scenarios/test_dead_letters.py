"""An event that cannot be processed waits in the dead-letter queue until it is replayed."""

from collections.abc import Iterator

import pytest

from cli.dead_letters import Account, DeployedPipeline, Replayed, replay
from stacks.settings.environments import STACK_NAME
from tests.scenarios.pipeline import Pipeline, eventually


@pytest.fixture
def account(pipeline: Pipeline) -> Account:
    client = pipeline.aws.client
    return Account(client("cloudformation"), client("events"), client("lambda"), client("sqs"))


@pytest.fixture
def deployed(account: Account) -> DeployedPipeline:
    return DeployedPipeline.find(account, STACK_NAME)


@pytest.fixture(autouse=True)
def empty_queue(pipeline: Pipeline) -> Iterator[None]:
    yield
    pipeline.aws.client("sqs").purge_queue(QueueUrl=pipeline.outputs["DeadLetterQueueUrl"])


def run(account: Account, deployed: DeployedPipeline) -> list[Replayed]:
    return list(replay(account, deployed))


def one_dead_letter(pipeline: Pipeline) -> None:
    """Wait until Lambda has given an event up; it tries three times, a minute and two apart."""
    eventually(lambda: pipeline.dead_letters() == 1 or None)


def test_each_kind_of_event_has_its_function(deployed: DeployedPipeline) -> None:
    functions = {kind: arn.rpartition(":")[2] for kind, arn in deployed.functions.items()}
    for kind, name in {
        "Object Created": "StartExecution",
        "SageMaker Training Job State Change": "ResumeExecution",
        "Step Functions Execution Status Change": "CloseExecution",
    }.items():
        assert name in functions[kind]


def test_a_manifest_whose_event_could_not_be_processed_is_trained_on_after_its_replay(
    pipeline: Pipeline, account: Account, deployed: DeployedPipeline
) -> None:
    pipeline.aws.faults.refuse(
        "states", "StartExecution", "AccessDeniedException", times=3, caller="StartExecution"
    )
    key = pipeline.manifest_key("forbidden")
    pipeline.write(key, pipeline.manifest("forbidden"))
    one_dead_letter(pipeline)
    assert pipeline.executions("forbidden") == []

    (replayed,) = run(account, deployed)

    assert replayed.failure == ""
    assert key in replayed.subject
    assert pipeline.dead_letters() == 0
    pipeline.succeeded(pipeline.execution_of("forbidden"))


def test_an_execution_whose_completion_event_could_not_be_processed_goes_on(
    pipeline: Pipeline, account: Account, deployed: DeployedPipeline
) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("unanswered")
    job = pipeline.waits_for_job(execution)
    pipeline.aws.faults.refuse(
        "s3", "ListBucket", "AccessDenied", status=403, times=3, caller="ResumeExecution"
    )
    hold.release()
    one_dead_letter(pipeline)

    (replayed,) = run(account, deployed)

    assert replayed.failure == ""
    assert job in replayed.subject
    pipeline.succeeded(execution)


def test_while_the_cause_lasts_the_event_stays_and_says_why(
    pipeline: Pipeline, account: Account, deployed: DeployedPipeline
) -> None:
    pipeline.aws.faults.refuse(
        "states", "StartExecution", "AccessDeniedException", times=4, caller="StartExecution"
    )
    pipeline.write(pipeline.manifest_key("stuck"), pipeline.manifest("stuck"))
    one_dead_letter(pipeline)

    (failed,) = run(account, deployed)
    assert "AccessDeniedException" in failed.failure
    assert pipeline.dead_letters() == 1

    (replayed,) = run(account, deployed)
    assert replayed.failure == ""
    pipeline.succeeded(pipeline.execution_of("stuck"))


def test_an_event_that_is_replayed_although_it_was_processed_does_no_harm(
    pipeline: Pipeline, account: Account, deployed: DeployedPipeline
) -> None:
    pipeline.aws.faults.kill_caller(
        "states", "StartExecution", when="after", times=3, caller="StartExecution"
    )
    execution = pipeline.label("half-done")
    one_dead_letter(pipeline)
    pipeline.succeeded(execution)

    (replayed,) = run(account, deployed)

    assert replayed.failure == ""
    assert pipeline.executions("half-done") == [execution]
    assert len(pipeline.training_jobs(execution)) == 1
