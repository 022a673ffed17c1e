"""What an execution that succeeded leaves behind."""

import pytest

from lambdas.errors import TrainingJobFailed
from lambdas.messages.job import Job
from lambdas.messages.payloads import RecordModelEvent
from lambdas.training.attempt import start_training_job
from lambdas.training.outcome import outcome_of
from tests.unit.jobs.factories import any_dataset, any_execution, any_settings, any_start_event
from tests.unit.jobs.in_memory import MemoryJobs, MemoryManifests, MemoryRecords


class Account:
    def __init__(self) -> None:
        self.jobs = MemoryJobs()
        self.records = MemoryRecords()

    def start(self, attempt: int = 0) -> Job:
        return start_training_job(
            any_start_event(attempt=attempt, capacity_misses=attempt),
            any_settings(),
            jobs=self.jobs,
            records=self.records,
            manifests=MemoryManifests(),
            tell=lambda _: None,
        )


def record(job: Job) -> RecordModelEvent:
    return RecordModelEvent(dataset=any_dataset(), training_job=job, execution=any_execution())


def test_the_outcome_has_the_bills_of_all_jobs_and_what_spot_capacity_saved() -> None:
    account = Account()
    first = account.start()
    account.jobs.end(first.name, "Failed", BillableTimeInSeconds=40, TrainingTimeInSeconds=40)
    second = account.start(attempt=1)
    account.jobs.end(second.name, "Completed", BillableTimeInSeconds=30, TrainingTimeInSeconds=100)

    outcome = outcome_of(record(second), jobs=account.jobs, records=account.records)

    assert [bill.job for bill in outcome.bills] == [first.name, second.name]
    assert outcome.billable_instance_seconds == 70
    assert outcome.spot_saving == 0.7


def test_a_job_that_was_deleted_has_no_outcome() -> None:
    account = Account()
    job = account.start()
    account.jobs.descriptions.clear()

    with pytest.raises(TrainingJobFailed, match="was deleted before"):
        outcome_of(record(job), jobs=account.jobs, records=account.records)
