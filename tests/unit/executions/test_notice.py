"""What people are told of an execution that ended without a model."""

from typing import Any

from lambdas.executions.notice import notice_of_end

ARN = "arn:aws:states:eu-west-1:111122223333:execution:pipeline:dogs-3f2a9c81d0e4"


def description(name: str = "dogs-3f2a9c81d0e4", **more: str) -> dict[str, Any]:
    return {"name": name, "executionArn": ARN, "status": "FAILED", **more}


def test_the_notice_says_what_failed_why_what_was_stopped_and_where_to_look() -> None:
    notice = notice_of_end(
        description(error="TrainingClientError", cause="Unable to parse record."), ["job-1"]
    )

    assert notice.subject == "Training pipeline: execution FAILED: dogs-3f2a9c81d0e4"
    assert notice.text.splitlines() == [
        "Execution dogs-3f2a9c81d0e4 ended as FAILED.",
        "Error: TrainingClientError",
        "Cause: Unable to parse record.",
        "Training job job-1 was still running and has been stopped.",
        "Graph: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
        f"#/v2/executions/details/{ARN}",
    ]


def test_an_aborted_execution_has_neither_error_nor_cause() -> None:
    assert len(notice_of_end(description(), []).text.splitlines()) == 2


def test_the_subject_is_one_that_sns_takes() -> None:
    subject = notice_of_end(description("hündchen-" * 20), []).subject

    assert subject.isascii()
    assert len(subject) == 100
