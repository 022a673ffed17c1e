"""What both states that await a job hand to the wait, and publish of its answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.handlers import await_job, await_training_job, await_transform_job
from lambdas.jobs.kind import JobKind
from lambdas.jobs.wait import Answered
from lambdas.messages.job import Callback
from lambdas.settings import AwaitTrainingJobSettings, AwaitTransformJobSettings
from lambdas.training.kind import TRAINING
from lambdas.transform.kind import TRANSFORM
from tests.unit.handlers.evaluation_chain import CONTEXT

JOB = {
    "name": "gt-train-e-0",
    "instance_type": "ml.m5.xlarge",
    "instance_count": 1,
    "attempt": 0,
    "redrive_count": 0,
    "execution_arn": "arn",
}
EVENT = {"execution": {"name": "e", "arn": "arn"}, "task_token": "token", "retry_count": 3}
ANSWERED = Answered(datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("state", "configured", "job", "kind"),
    [
        (await_training_job, AwaitTrainingJobSettings(bucket="kept"), "training_job", TRAINING),
        (await_transform_job, AwaitTransformJobSettings(bucket="kept"), "transform_job", TRANSFORM),
    ],
)
@pytest.mark.parametrize(("answered", "measured"), [(ANSWERED, [ANSWERED]), (None, [])])
def test_the_token_is_registered_for_a_job_of_the_states_kind_and_an_answer_is_measured(
    monkeypatch: pytest.MonkeyPatch,
    state: Any,
    configured: object,
    job: str,
    kind: JobKind,
    answered: Answered | None,
    measured: list[Answered],
) -> None:
    registered: list[tuple[Callback, JobKind, dict[str, Any]]] = []
    published: list[list[Answered]] = []

    def register(callback: Callback, kind: JobKind, **given: Any) -> Answered | None:
        registered.append((callback, kind, given))
        return answered

    monkeypatch.setattr(state, "settings", lambda _: configured)
    monkeypatch.setattr(await_job, "S3Callbacks", lambda bucket: bucket)
    monkeypatch.setattr(await_job, "SageMakerJobs", lambda kind: kind)
    monkeypatch.setattr(await_job, "StepFunctionsExecutions", lambda: None)
    monkeypatch.setattr(await_job, "register", register)
    monkeypatch.setattr(await_job, "measure_answers", published.append)

    state.handler(EVENT | {job: JOB}, CONTEXT)

    ((callback, asked, given),) = registered
    assert (callback.task_token, callback.execution.name) == ("token", "e")
    assert callback.job.name == JOB["name"]
    assert (asked, given["jobs"], given["callbacks"], given["retry_count"]) == (
        kind,
        kind,
        "kept",
        3,
    )
    assert published == [measured]
