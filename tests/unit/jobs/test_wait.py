"""The wait for a training job loses nothing and answers nothing twice."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lambdas.errors import ServiceUnavailable
from lambdas.jobs.wait import Answered, register, resume
from lambdas.messages.job import Job
from lambdas.training.attempt import start_training_job
from lambdas.training.kind import TRAINING
from tests.unit.jobs.factories import (
    STATE_MACHINE,
    any_callback,
    any_settings,
    any_start_event,
)
from tests.unit.jobs.in_memory import (
    CREATED,
    MemoryCallbacks,
    MemoryExecutions,
    MemoryJobs,
    MemoryManifests,
    MemoryRecords,
)


class Account:
    """One account with one training job under way."""

    def __init__(self, internal_errors: int = 0) -> None:
        self.jobs = MemoryJobs()
        self.callbacks = MemoryCallbacks()
        self.executions = MemoryExecutions()
        self.job: Job = start_training_job(
            any_start_event(internal_errors=internal_errors),
            any_settings(),
            jobs=self.jobs,
            records=MemoryRecords(),
            manifests=MemoryManifests(),
            tell=lambda _: None,
        )

    def register(
        self,
        task_token: str = "token",
        redrive_count: int = 0,
        retry_count: int = 0,
        now: datetime = CREATED,
    ) -> Answered | None:
        return register(
            any_callback(self.job, task_token, redrive_count),
            TRAINING,
            retry_count=retry_count,
            jobs=self.jobs,
            callbacks=self.callbacks,
            executions=self.executions,
            now=now,
        )

    def resume(self, job: str | None = None, machine: str = STATE_MACHINE) -> list[Answered]:
        return resume(
            job or self.job.name,
            TRAINING,
            machine,
            jobs=self.jobs,
            callbacks=self.callbacks,
            executions=self.executions,
        )

    def end(self, status: str = "Completed", **more: object) -> None:
        self.jobs.end(self.job.name, status, **more)  # type: ignore[arg-type]


def test_an_end_after_the_token_is_answered_by_the_event() -> None:
    account = Account()
    assert not account.register()
    account.end()

    assert len(account.resume()) == 1
    assert account.executions.answers == [("token", "Completed")]


def test_an_end_before_the_token_is_answered_at_once() -> None:
    account = Account()
    account.end()
    assert len(account.resume()) == 0

    assert account.register()
    assert account.executions.answers == [("token", "Completed")]


def test_the_token_is_kept_before_the_job_is_looked_at() -> None:
    account = Account()
    seen = []
    look = account.jobs.describe

    def describe(name: str) -> object:
        seen.append(account.callbacks.waiting_for(name))
        return look(name)

    account.jobs.describe = describe  # type: ignore[assignment,method-assign]
    account.register()

    assert [kept.callback.task_token for kept in seen[0]] == ["token"]


def test_a_repeated_event_answers_nobody_a_second_time() -> None:
    account = Account()
    account.register()
    account.end()

    assert [len(account.resume()) for _ in range(10)] == [1] + [0] * 9
    assert account.executions.answers == [("token", "Completed")]


def test_an_answer_that_is_no_longer_wanted_still_clears_the_token() -> None:
    account = Account()
    account.register()
    account.executions.settled.add("token")
    account.end()

    assert len(account.resume()) == 1
    assert account.callbacks.kept == {}


def test_a_token_is_forgotten_only_after_its_answer_was_given() -> None:
    account = Account()
    account.register()
    account.end()

    class Failing(MemoryExecutions):
        def succeed(self, task_token: str, output: object) -> bool:
            raise ServiceUnavailable

    account.executions = Failing()
    with pytest.raises(ServiceUnavailable):
        account.resume()

    assert len(account.callbacks.kept) == 1


def test_a_missed_heartbeat_registers_a_fresh_token_that_alone_is_answered() -> None:
    account = Account()
    account.register("stale")
    account.end()

    assert account.register("fresh")
    assert len(account.resume()) == 0
    assert account.executions.answers == [("fresh", "Completed")]


def test_a_job_nobody_waits_for_is_ignored() -> None:
    account = Account()
    account.register()

    assert len(account.resume("somebody-elses-job")) == 0
    assert account.executions.answers == []


def test_an_event_that_runs_ahead_of_the_description_is_tried_again() -> None:
    account = Account()
    account.register()

    with pytest.raises(ServiceUnavailable, match="reported ended but not described so"):
        account.resume()

    assert len(account.callbacks.kept) == 1


def test_a_failed_job_fails_the_waiting_step_with_its_reason() -> None:
    account = Account()
    account.register()
    account.end("Failed", FailureReason="ClientError: Unable to parse record.")
    account.resume()

    assert account.executions.answers == [("token", "TrainingClientError")]
    assert "Unable to parse record" in account.executions.causes[0]


def test_a_deleted_job_does_not_leave_anyone_waiting() -> None:
    account = Account()
    del account.jobs.descriptions[account.job.name]

    assert account.register(retry_count=5)
    assert account.executions.answers == [("token", "TrainingJobFailed")]
    assert "somebody deleted it" in account.executions.causes[0]


def test_a_job_that_is_not_to_be_seen_yet_is_looked_for_again_before_anything_final() -> None:
    account = Account()
    description = account.jobs.descriptions.pop(account.job.name)

    for tried in range(5):
        with pytest.raises(ServiceUnavailable, match="not to be seen"):
            account.register(retry_count=tried)
    account.jobs.descriptions[account.job.name] = description

    assert not account.register(retry_count=5)
    assert account.executions.answers == []


def test_an_event_of_a_job_that_is_not_to_be_seen_settles_nothing() -> None:
    account = Account()
    account.register()
    account.jobs.descriptions.clear()

    with pytest.raises(ServiceUnavailable):
        account.resume()

    assert account.executions.answers == []


def test_an_answer_to_a_token_that_was_renewed_meanwhile_goes_to_the_renewed_one() -> None:
    account = Account()
    account.register("stale")
    look = account.jobs.describe

    def renewed(name: str) -> object:
        account.jobs.describe = look  # type: ignore[method-assign]
        account.executions.settled.add("stale")
        account.register("fresh")
        account.end()
        return look(name)

    account.jobs.describe = renewed  # type: ignore[assignment,method-assign]

    assert len(account.resume()) == 2
    assert account.executions.answers == [("fresh", "Completed")]
    assert account.callbacks.kept == {}


def test_a_redrive_onto_a_failed_job_asks_for_a_new_one() -> None:
    account = Account()
    account.end("Failed", FailureReason="ClientError: image missing")

    account.register("redriven", redrive_count=1)

    assert account.executions.answers == [("redriven", "RedrivenJobEnded")]


def test_a_redrive_onto_a_job_that_still_runs_asks_for_a_new_one() -> None:
    account = Account()

    assert account.register("redriven", redrive_count=1)
    assert account.executions.answers == [("redriven", "RedrivenJobEnded")]
    assert "a run of the execution that ended" in account.executions.causes[0]


def test_a_redrive_onto_a_completed_job_goes_on_with_its_model() -> None:
    account = Account()
    account.end()

    account.register("redriven", redrive_count=1)

    assert account.executions.answers == [("redriven", "Completed")]


def test_a_first_failure_inside_sagemaker_asks_for_another_job() -> None:
    account = Account()
    account.register()
    account.end("Failed", FailureReason="InternalServerError: We encountered an internal error")
    account.resume()

    assert account.executions.answers == [("token", "FirstInternalServerError")]


def test_images_that_come_too_slowly_are_not_paid_for_a_second_time() -> None:
    account = Account()
    account.register()
    reason = "InternalServerError: SageMaker pipe channel timed out. Please retry."
    account.end("Failed", FailureReason=reason)
    account.resume()

    assert account.executions.answers == [("token", "TrainingInternalServerError")]
    assert "The images arrived too slowly" in account.executions.causes[0]


def test_a_second_failure_inside_sagemaker_fails_the_step() -> None:
    account = Account(internal_errors=1)
    account.register()
    account.end("Failed", FailureReason="InternalServerError: We encountered an internal error")
    account.resume()

    assert account.executions.answers == [("token", "TrainingInternalServerError")]


def test_when_the_job_had_ended_is_told_to_whoever_gives_the_answer() -> None:
    account = Account()
    ended_at = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
    account.register()
    account.end(TrainingEndTime=ended_at)
    assert account.resume() == [Answered(ended_at)]
    assert account.register("fresh") == Answered(ended_at)
    account.executions.settled.add("too late")
    assert account.register("too late") == Answered(None)


def test_a_job_that_runs_for_longer_than_it_may_is_stopped_and_its_end_awaited() -> None:
    account = Account()
    account.job = msgspec.structs.replace(account.job, max_seconds=3_600)

    assert account.register(now=CREATED + timedelta(seconds=3_599)) is None
    assert account.jobs.stopped == []
    assert account.register(now=CREATED + timedelta(seconds=3_600)) is None
    assert account.jobs.stopped == [account.job.name]
    assert len(account.callbacks.kept) == 1


def test_a_job_that_sagemaker_itself_stops_is_left_to_it() -> None:
    account = Account()

    account.register(now=CREATED + timedelta(days=365))

    assert account.jobs.stopped == []


def test_the_executions_of_another_pipeline_in_the_same_bucket_are_left_to_it() -> None:
    account = Account()
    account.register()
    account.end()

    assert account.resume(machine=f"{STATE_MACHINE}-2") == []
    assert len(account.callbacks.kept) == 1
