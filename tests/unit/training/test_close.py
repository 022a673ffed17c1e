"""No training job runs on for an execution that has ended; nobody else's is touched."""

import msgspec
import pytest

from lambdas.messages import TrainingJob
from lambdas.training.close import stop_abandoned_job
from lambdas.training.start import start
from tests.unit.training.factories import any_settings, any_start_event
from tests.unit.training.in_memory import MemoryExecutions, MemoryFiles, MemoryTrainingJobs

EXECUTION = any_start_event().execution


class Account:
    def __init__(self) -> None:
        self.jobs = MemoryTrainingJobs()
        self.files = MemoryFiles()
        self.executions = MemoryExecutions()
        self.job = start(any_start_event(), any_settings(), jobs=self.jobs, files=self.files)

    def close(self) -> TrainingJob | None:
        return stop_abandoned_job(
            EXECUTION.name,
            EXECUTION.arn,
            jobs=self.jobs,
            files=self.files,
            executions=self.executions,
        )


def test_the_job_of_an_execution_that_ended_is_stopped() -> None:
    account = Account()

    assert account.close() == account.job
    assert account.jobs.stopped == [account.job.name]


@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped", "Stopping"])
def test_a_job_that_has_ended_is_left_alone(status: str) -> None:
    account = Account()
    account.jobs.end(account.job.name, status)

    assert account.close() is None
    assert account.jobs.stopped == []


def test_an_execution_that_runs_again_keeps_its_job() -> None:
    account = Account()
    account.executions.running.add(EXECUTION.arn)

    assert account.close() is None
    assert account.jobs.stopped == []


def test_an_execution_that_never_started_a_job_has_nothing_to_stop() -> None:
    account = Account()
    account.files.jobs.clear()

    assert account.close() is None


def test_a_job_recorded_by_another_execution_of_the_same_name_is_not_touched() -> None:
    account = Account()
    theirs = msgspec.structs.replace(account.job, execution_arn="arn:somebody:else")
    account.files.jobs[EXECUTION.name] = theirs

    assert account.close() is None
    assert account.jobs.stopped == []


def test_a_job_that_was_recorded_but_never_created_needs_no_stop() -> None:
    account = Account()
    account.jobs.descriptions.clear()

    assert account.close() is None
