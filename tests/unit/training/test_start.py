"""One training job an attempt, whatever happens around it."""

import pytest

from lambdas.errors import CapacityExhausted, TrainingJobNameTaken
from lambdas.messages import StartTrainingJobEvent, TrainingJob
from lambdas.training.start import start
from tests.unit.training.factories import any_settings, any_start_event
from tests.unit.training.in_memory import MemoryFiles, MemoryTrainingJobs


def run(
    event: StartTrainingJobEvent, jobs: MemoryTrainingJobs, files: MemoryFiles | None = None
) -> TrainingJob:
    return start(event, any_settings(), jobs=jobs, files=files or MemoryFiles())


def test_a_step_that_runs_twice_creates_one_job() -> None:
    jobs = MemoryTrainingJobs()

    first, second = run(any_start_event(), jobs), run(any_start_event(), jobs)

    assert first == second
    assert jobs.created == [first.name]


def test_the_job_is_recorded_before_it_is_created() -> None:
    files = MemoryFiles()

    class Dying(MemoryTrainingJobs):
        def create(self, request: object) -> bool:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(any_start_event(), Dying(), files)

    assert files.training_job(any_start_event().execution.name) is not None


def test_a_name_that_belongs_to_another_job_is_not_taken_for_ones_own() -> None:
    jobs = MemoryTrainingJobs()
    mine = run(any_start_event(), jobs)
    jobs.descriptions[mine.name]["HyperParameters"] = {"epochs": "99"}

    with pytest.raises(TrainingJobNameTaken, match="training_job_prefix"):
        run(any_start_event(), jobs)


def test_every_attempt_goes_to_the_next_instance_type_and_then_to_the_first_again() -> None:
    jobs = MemoryTrainingJobs()

    used = [run(any_start_event(attempt), jobs).instance_type for attempt in range(3)]

    assert used == ["ml.g4dn.xlarge", "ml.g5.xlarge", "ml.g4dn.xlarge"]


def test_after_the_allowed_tries_no_further_job_is_started() -> None:
    jobs = MemoryTrainingJobs()

    with pytest.raises(CapacityExhausted, match=r"4 tries over ml.g4dn.xlarge, ml.g5.xlarge"):
        run(any_start_event(attempt=4), jobs)

    assert jobs.created == []


def test_a_redrive_allows_as_many_tries_again() -> None:
    jobs = MemoryTrainingJobs()

    job = run(any_start_event(attempt=4, redrive_count=1), jobs)

    assert jobs.created == [job.name]
