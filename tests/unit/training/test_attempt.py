"""One training job an attempt, whatever happens around it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from lambdas.errors import (
    BillableHoursExhausted,
    CapacityExhausted,
    ManifestSuperseded,
    ResourceLimitExceeded,
    ServiceUnavailable,
    TrainingJobNameTaken,
    TrainingRequestRefused,
)
from lambdas.messages.job import Job
from lambdas.messages.payloads import StartTrainingJobEvent
from lambdas.settings import StartTrainingJobSettings
from lambdas.training.attempt import start_training_job
from tests.unit.jobs.factories import any_dataset, any_execution, any_settings, any_start_event
from tests.unit.jobs.in_memory import MemoryJobs, MemoryManifests, MemoryRecords


class Account:
    def __init__(self, settings: StartTrainingJobSettings | None = None) -> None:
        self.settings = settings or any_settings()
        self.jobs = MemoryJobs()
        self.records = MemoryRecords()
        self.manifests = MemoryManifests()
        self.told: list[str] = []

    def start(self, event: StartTrainingJobEvent | None = None) -> Job:
        return start_training_job(
            event or any_start_event(),
            self.settings,
            jobs=self.jobs,
            records=self.records,
            manifests=self.manifests,
            tell=self.told.append,
        )

    def longest_run(self, job: Job) -> int:
        seconds: int = self.jobs.descriptions[job.name]["StoppingCondition"]["MaxRuntimeInSeconds"]
        return seconds


def test_a_step_that_runs_twice_creates_one_job() -> None:
    account = Account()

    first, second = account.start(), account.start()

    assert first == second
    assert account.jobs.created == [first.name]
    assert account.records.jobs(any_start_event().execution.name) == [first]


def test_the_job_is_recorded_before_it_is_created() -> None:
    account = Account()

    class Dying(MemoryJobs):
        def create(self, request: object) -> bool:
            raise KeyboardInterrupt

    account.jobs = Dying()
    with pytest.raises(KeyboardInterrupt):
        account.start()

    assert len(account.records.jobs(any_start_event().execution.name)) == 1


def test_a_step_that_died_before_it_created_its_job_records_it_once() -> None:
    account = Account()
    job = account.start()
    account.jobs.descriptions.clear()

    assert account.start() == job
    assert account.records.jobs(any_start_event().execution.name) == [job]


def test_a_name_that_belongs_to_another_job_is_not_taken_for_ones_own() -> None:
    account = Account()
    mine = account.start()
    account.jobs.descriptions[mine.name]["Tags"] = []
    account.records.kept.clear()

    for _ in range(2):  # found by asking for it, and found because it was recorded
        with pytest.raises(TrainingJobNameTaken, match="training_job_prefix"):
            account.start()


@pytest.mark.parametrize(
    "changed",
    [
        {"hyperparameters": {"base_network": "vgg-16"}},
        {"instance_types": ("ml.p3.2xlarge",)},
        {"training_job_prefix": "detector"},
        {"max_billable_hours": 0.001},
    ],
)
def test_settings_that_change_between_a_job_and_its_retry_do_not_ask_for_another(
    changed: dict[str, Any],
) -> None:
    account = Account()
    job = account.start()
    account.settings = any_settings(**changed)

    assert account.start() == job
    assert account.jobs.created == [job.name]


def test_a_job_that_was_superseded_after_it_was_created_is_still_found() -> None:
    account = Account()
    job = account.start()
    account.manifests.newest = "v2"

    assert account.start() == job


def test_a_job_that_is_not_to_be_seen_yet_is_asked_for_again() -> None:
    account = Account()
    job = account.start()

    class Lagging(MemoryJobs):
        def describe(self, name: str) -> None:
            return None

    account.jobs = Lagging(account.jobs.descriptions)
    with pytest.raises(ServiceUnavailable, match="cannot be described yet"):
        account.start()

    account.jobs = MemoryJobs(account.jobs.descriptions)
    assert account.start() == job


def test_a_redrive_looks_again_for_a_job_of_before_that_is_not_to_be_seen() -> None:
    account = Account()
    first = account.start()
    description = account.jobs.descriptions.pop(first.name)

    with pytest.raises(ServiceUnavailable, match="not to be seen"):
        account.start(any_start_event(redrive_count=1))
    account.jobs.descriptions[first.name] = description
    account.start(any_start_event(redrive_count=1, retry_count=1))

    assert account.jobs.stopped == [first.name]


def test_a_redrive_goes_on_without_a_job_of_before_that_was_never_created() -> None:
    account = Account()
    first = account.start()
    account.jobs.descriptions.clear()

    assert account.start(any_start_event(redrive_count=1, retry_count=5)) != first


def test_two_pipelines_on_one_bucket_do_not_take_up_each_others_jobs() -> None:
    account = Account()
    mine = account.start()
    execution = any_execution()
    theirs = msgspec.structs.replace(execution, arn=execution.arn.replace("pipeline", "other"))

    other = account.start(any_start_event(execution=theirs))

    assert other.name != mine.name
    assert account.records.jobs(execution.name) == [mine, other]
    assert account.start() == mine


def test_missing_capacity_goes_through_the_instance_types_and_then_to_the_first_again() -> None:
    account = Account()

    used = [
        account.start(any_start_event(attempt=misses, capacity_misses=misses)).instance_type
        for misses in range(3)
    ]

    assert used == ["ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g4dn.xlarge"]


def test_a_job_that_replaces_one_that_failed_inside_sagemaker_keeps_its_instance_type() -> None:
    account = Account()

    job = account.start(any_start_event(attempt=1, capacity_misses=0, internal_errors=1))

    assert (job.instance_type, job.internal_errors) == ("ml.g4dn.xlarge", 1)


class Limited(MemoryJobs):
    """SageMaker where the account's quotas allow no job on some instance types."""

    def __init__(self, *instance_types: str) -> None:
        super().__init__()
        self.forbidden = set(instance_types)

    def create(self, request: Mapping[str, Any]) -> bool:
        instance_type = request["ResourceConfig"]["InstanceType"]
        if instance_type in self.forbidden:
            raise ResourceLimitExceeded(
                f"The account-level service limit '{instance_type} for spot training job usage' is "
                "0 Instances, with current utilization of 0 Instances."
            )
        return super().create(request)


def test_a_type_beyond_its_quota_is_passed_over_for_the_next_which_has_one_of_its_own() -> None:
    account = Account()
    account.jobs = Limited("ml.g4dn.xlarge")

    job = account.start()

    assert job.instance_type == "ml.g5.xlarge"
    assert account.records.jobs(any_start_event().execution.name) == [job]
    assert account.told == []


def test_after_the_last_type_of_the_list_the_first_is_asked_for() -> None:
    account = Account()
    account.jobs = Limited("ml.g5.xlarge")

    job = account.start(any_start_event(attempt=1, capacity_misses=1))

    assert job.instance_type == "ml.g4dn.xlarge"


def test_people_are_told_of_a_quota_once_with_the_name_that_sagemaker_gives_it() -> None:
    account = Account()
    account.jobs = Limited("ml.g4dn.xlarge", "ml.g5.xlarge")

    for _ in range(3):
        with pytest.raises(ResourceLimitExceeded, match="Service Quotas console"):
            account.start()

    (cause,) = account.told
    assert (
        "Raise the quota 'ml.g4dn.xlarge for spot training job usage' or "
        "'ml.g5.xlarge for spot training job usage' of Amazon SageMaker"
    ) in cause
    assert "is 0 Instances, with current utilization of 0 Instances." in cause


def test_when_a_quota_was_raised_the_list_is_gone_through_from_its_beginning() -> None:
    account = Account()
    limited = account.jobs = Limited("ml.g4dn.xlarge", "ml.g5.xlarge")
    with pytest.raises(ResourceLimitExceeded):
        account.start()
    limited.forbidden.clear()

    job = account.start()

    assert job.instance_type == "ml.g4dn.xlarge"
    assert account.start() == job


def test_a_type_whose_gpus_the_batch_does_not_fill_is_not_fallen_back_on() -> None:
    account = Account(any_settings(instance_types=("ml.g4dn.xlarge", "ml.p2.16xlarge")))
    account.jobs = Limited("ml.g4dn.xlarge")

    with pytest.raises(ResourceLimitExceeded):
        account.start()

    assert account.jobs.created == []


def test_after_the_allowed_tries_no_further_job_is_started() -> None:
    account = Account()

    with pytest.raises(CapacityExhausted, match=r"4 tries over ml.g4dn.xlarge, ml.g5.xlarge"):
        account.start(any_start_event(attempt=4, capacity_misses=4))

    assert account.jobs.created == []


def test_a_redrive_allows_as_many_tries_again() -> None:
    account = Account()

    job = account.start(any_start_event(attempt=4, capacity_misses=4, redrive_count=1))

    assert account.jobs.created == [job.name]


@pytest.mark.parametrize("newest", ["v2", None])
def test_a_manifest_that_has_been_written_again_is_not_trained_on(newest: str | None) -> None:
    account = Account()
    account.manifests.newest = newest

    with pytest.raises(ManifestSuperseded, match="name its version_id"):
        account.start()

    assert account.jobs.created == []


def test_a_version_that_somebody_asked_for_is_trained_on_whether_or_not_it_is_the_newest() -> None:
    account = Account()
    account.manifests.newest = "v2"

    account.start(any_start_event(dataset=any_dataset(newest_only=False)))

    assert len(account.jobs.created) == 1


def test_a_cap_on_billable_hours_shortens_the_next_job_by_what_has_been_spent() -> None:
    account = Account(any_settings(max_billable_hours=2.0, instance_count=2))
    first = account.start()
    assert account.longest_run(first) == 3600

    account.jobs.end(first.name, "Failed", BillableTimeInSeconds=600, TrainingTimeInSeconds=600)
    second = account.start(any_start_event(attempt=1, capacity_misses=1))

    assert account.longest_run(second) == 3000


def test_no_job_is_started_when_the_billable_hours_are_used_up() -> None:
    account = Account(any_settings(max_billable_hours=1.0))
    first = account.start()
    account.jobs.end(first.name, "Stopped", BillableTimeInSeconds=3590, TrainingTimeInSeconds=3590)

    with pytest.raises(BillableHoursExhausted, match=r"1\.00 of at most 1 instance hours"):
        account.start(any_start_event(attempt=1))

    assert account.jobs.created == [first.name]


def test_a_job_that_was_recorded_but_never_created_costs_nothing() -> None:
    account = Account(any_settings(max_billable_hours=1.0))
    account.start()
    account.jobs.descriptions.clear()

    second = account.start(any_start_event(attempt=1))

    assert account.longest_run(second) == 3600


def test_a_redrive_takes_up_the_job_of_before_where_it_has_completed() -> None:
    account = Account()
    first = account.start()
    account.jobs.end(first.name, "Completed")

    assert account.start(any_start_event(redrive_count=1)) == first
    assert account.jobs.created == [first.name]


@pytest.mark.parametrize("status", ["Failed", "Stopped", "Stopping"])
def test_a_redrive_does_not_take_up_a_job_that_leads_nowhere(status: str) -> None:
    account = Account()
    first = account.start()
    account.jobs.end(first.name, status)

    assert account.start(any_start_event(redrive_count=1)) != first


def test_a_redrive_stops_the_job_of_before_where_it_still_runs() -> None:
    account = Account()
    first = account.start()

    second = account.start(any_start_event(redrive_count=1))

    assert account.jobs.stopped == [first.name]
    assert account.jobs.created == [first.name, second.name]


def test_a_redrive_takes_up_a_job_that_completes_before_it_can_be_stopped() -> None:
    account = Account()
    first = account.start()

    def stop(name: str) -> None:
        account.jobs.end(name, "Completed")

    account.jobs.stop = stop  # type: ignore[method-assign]

    assert account.start(any_start_event(redrive_count=1)) == first


def test_a_redrive_does_not_take_up_a_job_of_another_request() -> None:
    account = Account()
    first = account.start()
    account.jobs.end(first.name, "Completed")

    others = any_dataset().hyperparameters | {"num_classes": "9"}
    second = account.start(
        any_start_event(redrive_count=1, dataset=any_dataset(hyperparameters=others))
    )

    assert first != second


def of_batches(size: int) -> StartTrainingJobEvent:
    derived = any_dataset().hyperparameters | {"mini_batch_size": str(size)}
    return any_start_event(dataset=any_dataset(hyperparameters=derived))


def test_a_batch_that_leaves_a_gpu_without_an_image_is_not_paid_for() -> None:
    account = Account(any_settings(instance_types=("ml.p3.16xlarge",)))

    with pytest.raises(TrainingRequestRefused, match=r"over its 8 GPUs, and a batch has only 7"):
        account.start(of_batches(7))

    assert account.jobs.created == []


def test_a_batch_with_an_image_for_each_gpu_is_trained() -> None:
    account = Account(any_settings(instance_types=("ml.p3.16xlarge",)))

    assert account.start(of_batches(8)).instance_type == "ml.p3.16xlarge"
