"""What people are told of an execution that waits for them, or ended without a model."""

import inspect
import json
from typing import Any

import pytest

from lambdas import errors
from lambdas.executions.notice import notice_of_end, notice_of_quota
from lambdas.messages.execution import Execution

ARN = "arn:aws:states:eu-west-1:111122223333:execution:pipeline:dogs-3f2a9c81d0e4"
GRAPH = (
    "Graph: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1"
    f"#/v2/executions/details/{ARN}"
)
FAILURES = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.PipelineError) and kind is not errors.PipelineError
]


def description(name: str = "dogs-3f2a9c81d0e4", **more: str) -> dict[str, Any]:
    return {"name": name, "executionArn": ARN, "status": "FAILED", **more}


def test_the_notice_says_what_failed_why_what_to_do_and_where_to_look() -> None:
    notice = notice_of_end(
        description(error="TrainingAlgorithmError", cause="The GPU ran out of memory."),
        ["training job job-1"],
        {"Report": "https://console/report.html"},
    )

    assert notice.subject == "Training pipeline: execution FAILED: dogs-3f2a9c81d0e4"
    assert notice.text.splitlines() == [
        "Execution dogs-3f2a9c81d0e4 ended as FAILED.",
        "Error: TrainingAlgorithmError",
        "Cause: The GPU ran out of memory.",
        "The training job job-1 was still running and has been stopped.",
        "Next: Deploy other hyperparameters or instance types, then redrive the execution.",
        "Report: https://console/report.html",
        GRAPH,
    ]


def test_the_cause_of_a_failed_function_is_told_without_its_wrapping() -> None:
    failed = {
        "errorMessage": "Manifest rejected: 3 of 9 records are usable.\nbox-outside-image x6",
        "errorType": "ManifestRejected",
        "requestId": "5b7a",
        "stackTrace": ['  File "/var/task/lambdas/handlers/validate_manifest.py"'],
    }
    notice = notice_of_end(description(error="ManifestRejected", cause=json.dumps(failed)), [], {})

    assert notice.text.splitlines()[2:4] == [
        "Cause: Manifest rejected: 3 of 9 records are usable.",
        "box-outside-image x6",
    ]
    assert "stackTrace" not in notice.text
    assert "Report" not in notice.text


@pytest.mark.parametrize("cause", ["{", "[1]", '"text"', '{"errorMessage": 5}', '{"other": 1}'])
def test_any_other_cause_is_told_as_it_is(cause: str) -> None:
    assert f"Cause: {cause}\n" in notice_of_end(description(cause=cause), [], {}).text


@pytest.mark.parametrize("failure", FAILURES)
def test_every_failure_has_a_next_step(failure: type[errors.PipelineError]) -> None:
    text = notice_of_end(description(error=failure.__name__), [], {}).text

    assert f"Next: {failure.next_step}" in text
    assert failure.next_step.endswith(".")


@pytest.mark.parametrize("error", ["KeyError", "Lambda.Unknown", "Any", "CapacityUnavailable"])
def test_a_failure_that_nobody_foresaw_can_be_redriven_as_well(error: str) -> None:
    text = notice_of_end(description(error=error), [], {}).text
    assert "Next: Redrive the execution when the cause is gone." in text


def test_an_aborted_execution_has_neither_error_nor_cause() -> None:
    assert notice_of_end(description(), [], {}).text.splitlines()[1].startswith("Next: If it was")


def test_the_subject_is_one_that_sns_takes() -> None:
    subject = notice_of_end(description("hündchen-" * 20), [], {}).subject

    assert subject.isascii()
    assert len(subject) == 100


def test_an_execution_that_waits_for_a_quota_is_told_of_while_it_waits() -> None:
    notice = notice_of_quota(Execution(name="dogs", arn=ARN), "Raise the quota 'x'.")

    assert notice.subject == "Training pipeline: execution waits for a quota: dogs"
    assert "Cause: Raise the quota 'x'." in notice.text
    assert notice.text.endswith(GRAPH)


def test_a_batch_of_images_that_failed_leads_to_its_map_run() -> None:
    error = "States.ExceedToleratedFailureThreshold"
    text = notice_of_end(description(error=error), [], {}).text
    assert "Next: Open the Map Run of the failed state" in text
