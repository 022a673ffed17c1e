"""People hear of an execution that has ended, and only then."""

from types import SimpleNamespace
from typing import Any

import pytest

from lambdas.executions.notice import Notice
from lambdas.handlers import close_execution
from tests.unit.jobs.in_memory import MemoryExecutions, MemoryJobs, MemoryRecords

ARN = "arn:aws:states:us-east-1:111122223333:execution:pipeline:dogs"
CONTEXT = SimpleNamespace(
    function_name="close-execution",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:111122223333:function:close-execution",
    aws_request_id="request-1",
)
EVENT = {"detail": {"executionArn": ARN, "name": "dogs", "status": "FAILED"}}


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[Notice]:
    notices: list[Notice] = []
    monkeypatch.setenv("BUCKET", "bucket")
    monkeypatch.setenv("TOPIC_ARN", "topic")
    monkeypatch.setattr(close_execution, "SageMakerJobs", lambda _: MemoryJobs())
    monkeypatch.setattr(close_execution, "S3JobRecords", lambda *_: MemoryRecords())
    monkeypatch.setattr(
        close_execution, "page_urls", lambda *_: {"Report": "https://console/report"}
    )
    monkeypatch.setattr(close_execution, "publish", lambda notice, _: notices.append(notice))
    return notices


def close(monkeypatch: pytest.MonkeyPatch, status: str) -> Any:
    class Executions(MemoryExecutions):
        def describe(self, execution_arn: str) -> dict[str, str]:
            return {"executionArn": execution_arn, "name": "dogs", "status": status}

    monkeypatch.setattr(close_execution, "StepFunctionsExecutions", Executions)
    return close_execution.handler(EVENT, CONTEXT)


def test_an_execution_that_ended_is_told_of(
    published: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert close(monkeypatch, "FAILED") == {"stopped": []}
    assert [notice.subject for notice in published] == ["Training pipeline: execution FAILED: dogs"]
    assert "Report: https://console/report" in published[0].text


def test_an_execution_that_was_redriven_meanwhile_is_not_told_of(
    published: list[Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    close(monkeypatch, "RUNNING")

    assert published == []
