"""Jobs that are under way when the stack is deployed anew, or about to be destroyed."""

import argparse
from pathlib import Path

import pytest

from cli import stop
from cli.running_work import Account
from local.aws.deployment import Deployment
from local.aws.event_bus import matching
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.scenarios.pipeline import Pipeline, eventually

ABORTED = matching("Step Functions Execution Status Change", status="ABORTED")


@pytest.fixture(scope="module")
def renamed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app with another prefix for the names of its training jobs."""
    folder = tmp_path_factory.mktemp("renamed")
    synthesize(folder, {"pipeline.training_job_prefix": "detector"})
    return folder


def deploy(pipeline: Pipeline, assembly: Path) -> None:
    aws = pipeline.aws
    Deployment(assembly, STACK_NAME, aws.client, region=aws.region, account=aws.account).deploy()


def test_a_job_of_another_prefix_leads_to_its_model(pipeline: Pipeline, renamed: Path) -> None:
    hold = pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("renamed-while-it-trains")
    job = pipeline.waits_for_job(execution)
    deploy(pipeline, renamed)

    hold.release()

    assert pipeline.succeeded(execution)["training_job"] == job
    assert pipeline.dead_letters() == 0


@pytest.mark.parametrize("lost", [False, True], ids=["by its event", "by the reconcile"])
def test_a_job_of_another_prefix_is_stopped_when_its_execution_ends(
    pipeline: Pipeline, assembly: Path, renamed: Path, lost: bool
) -> None:
    deploy(pipeline, assembly)
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label(f"renamed-and-aborted-{lost}".lower())
    job = pipeline.waits_for_job(execution)
    deploy(pipeline, renamed)
    if lost:
        pipeline.aws.events.drop(ABORTED)

    pipeline.stepfunctions.stop_execution(executionArn=execution)
    if lost:
        assert pipeline.invoke("reconcile_jobs", {})["stopped"] == [job]

    eventually(lambda: pipeline.aws.training.jobs[job].status == "Stopped" or None)


def test_what_is_under_way_is_stopped_before_the_stack_is_destroyed(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    client = pipeline.aws.client
    account = Account(client("cloudformation"), client("stepfunctions"), client("sagemaker"))
    monkeypatch.setattr(Account, "of_environment", classmethod(lambda _: account))
    monkeypatch.setattr(stop, "LOOK_AGAIN_SECONDS", 0.1)
    pipeline.aws.training.faults.hold_next_job()
    execution = pipeline.label("destroyed")
    job = pipeline.waits_for_job(execution)

    assert stop.run(argparse.Namespace(stack=STACK_NAME, yes=True)) == 0

    assert job in capsys.readouterr().out
    assert pipeline.ended(execution)["status"] == "ABORTED"
    eventually(lambda: pipeline.aws.training.jobs[job].status == "Stopped" or None)
