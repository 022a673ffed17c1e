"""No training job runs on for an execution that has ended; nobody else's is touched."""

from datetime import UTC, datetime

import msgspec
import pytest

from lambdas.jobs.close import stop_abandoned_jobs, stop_orphaned_jobs
from lambdas.jobs.description import Description
from lambdas.jobs.runs import Runs
from lambdas.training.attempt import start_training_job
from tests.unit.jobs.factories import any_settings, any_start_event
from tests.unit.jobs.in_memory import (
    MemoryExecutions,
    MemoryJobs,
    MemoryManifests,
    MemoryRecords,
)

EXECUTION = any_start_event().execution
MACHINE = "arn:aws:states:us-east-1:111122223333:stateMachine:pipeline"
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


class Account:
    def __init__(self) -> None:
        self.jobs = MemoryJobs()
        self.records = MemoryRecords()
        self.executions = MemoryExecutions({EXECUTION.arn: Runs(0, is_running=False)})
        self.job = start_training_job(
            any_start_event(),
            any_settings(),
            jobs=self.jobs,
            records=self.records,
            manifests=MemoryManifests(),
            tell=lambda _: None,
        )

    def runs(self, redrives: int) -> None:
        self.executions.known[EXECUTION.arn] = Runs(redrives, is_running=True)

    def close(self) -> list[str]:
        return stop_abandoned_jobs(
            EXECUTION,
            jobs=self.jobs,
            records=self.records,
            executions=self.executions,
        )

    def reconcile(self, machine: str = MACHINE) -> list[str]:
        return stop_orphaned_jobs(
            machine,
            jobs=self.jobs,
            records=self.records,
            executions=self.executions,
            now=NOW,
        )


@pytest.mark.parametrize("way", ["close", "reconcile"])
def test_the_job_of_an_execution_that_ended_is_stopped(way: str) -> None:
    account = Account()

    assert getattr(account, way)() == [account.job.name]
    assert account.jobs.stopped == [account.job.name]


@pytest.mark.parametrize("way", ["close", "reconcile"])
@pytest.mark.parametrize("status", ["Completed", "Failed", "Stopped", "Stopping"])
def test_a_job_that_has_ended_is_left_alone(way: str, status: str) -> None:
    account = Account()
    account.jobs.end(account.job.name, status)

    assert getattr(account, way)() == []
    assert account.jobs.stopped == []


@pytest.mark.parametrize("way", ["close", "reconcile"])
def test_an_execution_that_runs_keeps_its_job(way: str) -> None:
    account = Account()
    account.runs(0)

    assert getattr(account, way)() == []
    assert account.jobs.stopped == []


def test_every_job_of_an_ended_execution_that_runs_is_stopped() -> None:
    account = Account()
    older = msgspec.structs.replace(account.job, name="gt-train-dogs-older")
    account.records.kept[EXECUTION.name].insert(0, older)
    account.jobs.descriptions[older.name] = dict(
        account.jobs.descriptions[account.job.name], TrainingJobName=older.name
    )

    assert account.close() == [older.name, account.job.name]


def test_an_execution_that_never_started_a_job_has_nothing_to_stop() -> None:
    account = Account()
    account.records.kept.clear()

    assert account.close() == []


def test_a_job_recorded_by_another_execution_of_the_same_name_is_not_touched() -> None:
    account = Account()
    theirs = msgspec.structs.replace(account.job, execution_arn="arn:somebody:else")
    account.records.kept[EXECUTION.name] = [theirs]

    assert account.close() == []
    assert account.jobs.stopped == []


def test_a_job_that_was_recorded_but_never_created_needs_no_stop() -> None:
    account = Account()
    account.jobs.descriptions.clear()

    assert account.close() == []


@pytest.mark.parametrize("way", ["close", "reconcile"])
def test_a_redrive_does_not_keep_the_job_of_the_run_that_has_ended(way: str) -> None:
    account = Account()
    account.runs(1)

    assert getattr(account, way)() == [account.job.name]


@pytest.mark.parametrize("way", ["close", "reconcile"])
def test_a_late_look_does_not_stop_the_job_of_a_redrive(way: str) -> None:
    account = Account()
    redriven = msgspec.structs.replace(account.job, redrive_count=1)
    account.records.kept[EXECUTION.name] = [redriven]

    assert getattr(account, way)() == []


def test_a_job_that_only_its_tag_leads_to_is_found_by_the_reconcile() -> None:
    account = Account()
    account.records.kept.clear()

    assert account.reconcile() == [account.job.name]


def test_a_job_without_a_record_is_left_alone_while_its_execution_runs() -> None:
    account = Account()
    account.runs(0)
    account.records.kept.clear()

    assert account.reconcile() == []


def test_a_job_is_found_under_whatever_prefix_it_was_started() -> None:
    account = Account()
    started = account.jobs.descriptions.pop(account.job.name)
    account.jobs.descriptions["detector-1"] = started | {"TrainingJobName": "detector-1"}

    assert account.reconcile() == ["detector-1"]


def test_a_job_that_cannot_be_judged_does_not_shield_the_others() -> None:
    account = Account()
    started = account.jobs.descriptions.pop(account.job.name)
    account.jobs.descriptions["forbidden"] = started | {"TrainingJobName": "forbidden"}
    account.jobs.descriptions[account.job.name] = started
    tag_of = account.jobs.execution_of

    def execution_of(job: Description) -> str | None:
        if job.name == "forbidden":
            raise PermissionError
        return tag_of(job)

    account.jobs.execution_of = execution_of  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup, match="1 jobs could not be judged"):
        account.reconcile()

    assert account.jobs.stopped == [account.job.name]


def test_a_job_that_its_running_execution_has_replaced_is_stopped_by_the_reconcile() -> None:
    account = Account()
    account.runs(0)
    newer = msgspec.structs.replace(account.job, name="gt-train-dogs-newer")
    account.records.kept[EXECUTION.name].append(newer)

    assert account.reconcile() == [account.job.name]


@pytest.mark.parametrize(
    "tags", [[], [{"Key": "gt-train:execution", "Value": f"{MACHINE}-of-others:dogs"}]]
)
def test_a_job_without_our_tag_is_not_touched(tags: list[dict[str, str]]) -> None:
    account = Account()
    account.jobs.descriptions[account.job.name]["Tags"] = tags

    assert account.reconcile() == []


def test_a_job_of_another_pipeline_with_the_same_prefix_is_not_touched() -> None:
    account = Account()

    assert account.reconcile(machine=f"{MACHINE}-2") == []
    assert account.jobs.stopped == []


def test_a_job_that_runs_for_longer_than_it_may_is_stopped_though_it_is_awaited() -> None:
    account = Account()
    account.runs(0)
    limited = msgspec.structs.replace(account.job, max_seconds=3_600)
    account.records.kept[EXECUTION.name] = [limited]

    assert account.reconcile() == [account.job.name]


def test_a_job_that_may_run_on_is_left_alone() -> None:
    account = Account()
    account.runs(0)
    limited = msgspec.structs.replace(account.job, max_seconds=3_601)
    account.records.kept[EXECUTION.name] = [limited]

    assert account.reconcile() == []


def test_a_job_that_another_item_has_been_started_after_is_not_replaced_by_it() -> None:
    account = Account()
    account.runs(0)
    other = msgspec.structs.replace(account.job, name="gt-train-other", item="incumbent-photos")
    account.records.kept[EXECUTION.name].append(other)

    assert account.reconcile() == []
