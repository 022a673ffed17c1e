"""One transform job an attempt of an item, whatever happens around it."""

from collections.abc import Mapping
from typing import Any

import pytest

from lambdas import errors
from lambdas.messages.job import Bill, Job
from lambdas.messages.payloads import StartTransformJobEvent
from lambdas.settings import StartTransformJobSettings
from lambdas.transform.attempt import start_transform_job
from lambdas.transform.kind import TRANSFORM
from tests.unit.jobs.factories import (
    any_prediction,
    any_start_transform_event,
    any_transform_settings,
)
from tests.unit.jobs.in_memory import MemoryJobs, MemoryRecords
from tests.unit.transform.in_memory import MemoryModels

EXECUTION = any_start_transform_event().execution


class Account:
    def __init__(self, **settings: Any) -> None:
        self.settings: StartTransformJobSettings = any_transform_settings(**settings)
        self.jobs = MemoryJobs(kind=TRANSFORM)
        self.records = MemoryRecords()
        self.models = MemoryModels()
        self.spent = 0
        self.told: list[str] = []

    def start(self, event: StartTransformJobEvent | None = None) -> Job:
        return start_transform_job(
            event or any_start_transform_event(),
            self.settings,
            jobs=self.jobs,
            records=self.records,
            models=self.models,
            spent=self.bills,
            tell=self.told.append,
        )

    def bills(self) -> list[Bill]:
        return [
            Bill(
                job="gt-train-dogs-1",
                instance_type="ml.g4dn.xlarge",
                instance_count=1,
                billable_seconds=self.spent,
                training_seconds=self.spent,
            )
        ]


def refusing(account: Account, error: Exception, *instance_types: str) -> None:
    create = account.jobs.create

    def refuse(request: Mapping[str, Any]) -> bool:
        if request["TransformResources"]["InstanceType"] in instance_types:
            raise error
        return create(request)

    account.jobs.create = refuse  # type: ignore[method-assign]


def test_a_step_that_runs_twice_creates_one_job_and_its_model() -> None:
    account = Account()

    first, second = account.start(), account.start()

    assert first == second
    assert account.jobs.created == [first.name]
    assert list(account.models.created) == [first.name]
    assert account.records.jobs(EXECUTION.name) == [first]


def test_the_model_is_there_before_the_job() -> None:
    account = Account()
    account.models.refusal = errors.TransformRequestRefused("no such image")

    with pytest.raises(errors.TransformRequestRefused):
        account.start()

    assert account.jobs.created == []


def test_every_item_has_a_job_and_a_record_of_its_own() -> None:
    account = Account()
    items = [
        any_prediction(model=model, image_bucket=bucket)
        for model in ("candidate", "incumbent")
        for bucket in ("photos", "more-photos")
    ]

    jobs = [account.start(any_start_transform_event(prediction=item)) for item in items]

    assert len({job.name for job in jobs}) == len({job.item for job in jobs}) == 4
    assert account.records.jobs(EXECUTION.name) == jobs
    assert all("candidate" in job.name or "incumbent" in job.name for job in jobs)


def test_the_longest_names_of_two_items_differ_and_can_be_used() -> None:
    account = Account(training_job_prefix="p" * 20)
    event = any_start_transform_event()
    buckets = ("a" * 63, "b" * 63)

    names = {
        account.start(
            any_start_transform_event(
                prediction=any_prediction(image_bucket=bucket), execution=event.execution
            )
        ).name
        for bucket in buckets
    }

    assert len(names) == 2
    assert all(len(name) <= 63 for name in names)


def test_an_instance_type_that_no_quota_allows_is_passed_over_for_the_next() -> None:
    account = Account()
    refusing(account, errors.ResourceLimitExceeded("0 Instances"), "ml.c5.xlarge")

    assert account.start().instance_type == "ml.m5.xlarge"


def test_people_are_told_once_where_no_quota_allows_a_job() -> None:
    account = Account()
    refusing(account, errors.ResourceLimitExceeded("none"), "ml.c5.xlarge", "ml.m5.xlarge")

    for _ in range(3):
        with pytest.raises(errors.ResourceLimitExceeded, match=r"ml\.m5\.xlarge: none"):
            account.start()

    assert len(account.told) == 1


def test_a_miss_of_capacity_asks_for_the_next_instance_type_under_another_name() -> None:
    account = Account()
    first = account.start()
    second = account.start(any_start_transform_event(attempt=1, capacity_misses=1))

    assert (first.instance_type, second.instance_type) == ("ml.c5.xlarge", "ml.m5.xlarge")
    assert first.name != second.name
    assert account.records.jobs(EXECUTION.name) == [first, second]


def test_the_list_is_gone_through_as_often_as_the_settings_allow() -> None:
    with pytest.raises(errors.CapacityExhausted, match="transform_instance_types"):
        Account().start(any_start_transform_event(attempt=4, capacity_misses=4))


def test_a_job_may_take_as_long_as_the_settings_say() -> None:
    assert Account(max_transform_seconds=7_000).start().max_seconds == 7_000


def test_a_job_may_take_what_the_executions_jobs_have_left_to_spend() -> None:
    account = Account(max_transform_seconds=7_000, max_billable_hours=2)
    account.spent = 7_200 - 600

    assert account.start().max_seconds == 600


def test_a_job_is_not_started_where_too_little_is_left_to_spend() -> None:
    account = Account(max_billable_hours=2)
    account.spent = 7_200

    with pytest.raises(errors.BillableHoursExhausted, match="max_billable_hours"):
        account.start()
    assert account.models.created == {}


def test_without_a_cap_nobody_asks_what_was_spent() -> None:
    account = Account()
    account.bills = lambda: pytest.fail("asked")  # type: ignore[method-assign]

    account.start()


def test_a_redrive_goes_on_with_a_completed_job_and_pays_for_nothing_twice() -> None:
    account = Account(max_billable_hours=0.5)
    first = account.start()
    account.jobs.end(first.name, "Completed")

    redriven = account.start(any_start_transform_event(redrive_count=1, attempt=1))

    assert redriven == first
    assert account.jobs.created == [first.name]


@pytest.mark.parametrize("status", ["Failed", "Stopped"])
def test_a_redrive_replaces_a_job_that_has_not_completed(status: str) -> None:
    account = Account()
    first = account.start()
    account.jobs.end(first.name, status)

    second = account.start(any_start_transform_event(redrive_count=1, attempt=1))

    assert account.jobs.created == [first.name, second.name]


def test_a_redrive_stops_the_job_of_before_that_still_runs() -> None:
    account = Account()
    first = account.start()

    account.start(any_start_transform_event(redrive_count=1, attempt=1))

    assert account.jobs.stopped == [first.name]


def test_a_redrive_never_goes_on_with_the_job_of_another_item() -> None:
    account = Account()
    other = account.start()
    account.jobs.end(other.name, "Completed")
    mine = any_prediction(model="incumbent")

    job = account.start(any_start_transform_event(prediction=mine, redrive_count=1))

    assert job.name != other.name
    assert account.jobs.stopped == []


def test_a_name_that_belongs_to_another_job_is_not_taken_for_ones_own() -> None:
    account = Account()
    mine = account.start()
    account.jobs.descriptions[mine.name]["Tags"] = []

    with pytest.raises(errors.TransformJobNameTaken, match="transform job named"):
        account.start()
