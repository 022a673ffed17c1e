"""The models of transform jobs are deleted when nothing will need them, and nobody else's are."""

import pytest

from lambdas.jobs.runs import Runs
from lambdas.messages.job import Job
from lambdas.transform.models import delete_models_of_the_past
from tests.unit.jobs.factories import STATE_MACHINE
from tests.unit.jobs.in_memory import MemoryExecutions
from tests.unit.transform.test_attempt import EXECUTION
from tests.unit.transform.test_attempt import Account as Starting


class Account(Starting):
    def __init__(self, *, is_running: bool) -> None:
        super().__init__()
        self.job: Job = self.start()
        self.executions = MemoryExecutions({EXECUTION.arn: Runs(0, is_running=is_running)})

    def delete(self, machine: str = STATE_MACHINE, prefix: str = "gt-train") -> list[str]:
        return delete_models_of_the_past(
            machine, prefix, models=self.models, jobs=self.jobs, executions=self.executions
        )


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped"])
def test_a_model_goes_when_its_job_has_ended(status: str, is_running: bool) -> None:
    account = Account(is_running=is_running)
    account.jobs.end(account.job.name, status)

    assert account.delete() == [account.job.name]
    assert account.models.created == {}


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("status", ["InProgress", "Stopping"])
def test_a_model_stays_while_its_job_runs(status: str, is_running: bool) -> None:
    account = Account(is_running=is_running)
    account.jobs.end(account.job.name, status)

    assert account.delete() == []


@pytest.mark.parametrize("is_running", [True, False])
def test_a_model_whose_job_never_came_goes_with_its_execution(is_running: bool) -> None:
    account = Account(is_running=is_running)
    account.jobs.descriptions.clear()

    assert account.delete() == ([] if is_running else [account.job.name])


def test_a_model_of_another_pipeline_is_left_alone() -> None:
    account = Account(is_running=False)
    account.jobs.end(account.job.name, "Completed")

    assert account.delete(machine=f"{STATE_MACHINE}-2") == []
    assert account.delete(prefix="another") == []


def test_a_model_without_our_tag_is_left_alone() -> None:
    account = Account(is_running=False)
    account.jobs.end(account.job.name, "Completed")
    account.models.created[account.job.name] = {}

    assert account.delete() == []
