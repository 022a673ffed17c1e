"""What an execution leaves in its functions' logs: its name on every line, and the metrics."""

import json
from typing import Any

import pytest

from lambdas.contract import Metric
from tests.scenarios.pipeline import Pipeline, eventually

STEPS = (
    "validate_manifest",
    "check_images",
    "set_images_aside",
    "start_training_job",
    "await_training_job",
    "record_model",
    "prepare_evaluation",
    "start_transform_job",
    "await_transform_job",
    "evaluate_model",
    "register_model",
)


def lines(pipeline: Pipeline, module: str) -> list[dict[str, Any]]:
    """What the code of a function has logged, without Lambda's own lines."""
    logs = pipeline.aws.client("logs")
    function = pipeline.aws.client("lambda").get_function_configuration(
        FunctionName=pipeline.function(module)
    )
    events = logs.filter_log_events(logGroupName=function["LoggingConfig"]["LogGroup"])["events"]
    return [
        json.loads(line)
        for event in events
        for line in event["message"].splitlines()
        if line.startswith("{")
    ]


def measured(pipeline: Pipeline, module: str, metric: Metric) -> list[dict[str, Any]]:
    return [line for line in lines(pipeline, module) if "_aws" in line and metric in line]


@pytest.fixture(scope="module")
def execution(pipeline: Pipeline) -> str:
    arn = pipeline.label("observed")
    pipeline.succeeded(arn)
    return arn


@pytest.mark.parametrize("module", STEPS)
def test_every_line_that_a_step_logs_names_the_execution(
    pipeline: Pipeline, execution: str, module: str
) -> None:
    told = [line for line in lines(pipeline, module) if "_aws" not in line]
    assert told
    assert {line["execution"] for line in told} == {execution.rpartition(":")[2]}
    assert {line["service"] for line in told} == {"GroundTruthTraining"}


def test_records_are_counted_by_their_fate(pipeline: Pipeline, execution: str) -> None:
    counted = {
        line["fate"]: line[Metric.RECORDS][0]
        for line in measured(pipeline, "set_images_aside", Metric.RECORDS)
    }
    assert counted["train"] + counted["validation"] == 10
    assert measured(pipeline, "validate_manifest", Metric.RECORDS) == []
    assert counted["invalid"] == counted["unlabeled"] == counted["failed"] == 0


def test_started_succeeded_and_billed_are_measured_once(pipeline: Pipeline, execution: str) -> None:
    outcome = pipeline.json(pipeline.layout.outcome(execution.rpartition(":")[2]))
    (started,) = measured(pipeline, "start_execution", Metric.EXECUTIONS_STARTED)
    assert started["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [["service"]]
    assert measured(pipeline, "record_model", Metric.EXECUTIONS_SUCCEEDED) == []
    (succeeded,) = measured(pipeline, "register_model", Metric.EXECUTIONS_SUCCEEDED)
    billed = [
        line[Metric.BILLED_INSTANCE_SECONDS][0]
        for module in ("record_model", "register_model")
        for line in measured(pipeline, module, Metric.BILLED_INSTANCE_SECONDS)
    ]
    assert started["service"] == succeeded["service"] == "GroundTruthTraining"
    assert len(billed) == 2
    assert sum(billed) == outcome["billable_instance_seconds"]


def test_the_time_from_each_jobs_end_to_the_answer_is_measured_once(
    pipeline: Pipeline, execution: str
) -> None:
    def delays() -> list[dict[str, Any]]:
        return [
            line
            for module in ("await_training_job", "await_transform_job", "resume_execution")
            for line in measured(pipeline, module, Metric.ANSWER_DELAY)
        ]

    eventually(lambda: len(delays()) >= 2 or None)
    assert len(delays()) == 2
    assert all(delay[Metric.ANSWER_DELAY][0] >= 0 for delay in delays())


def test_a_failed_execution_is_measured_under_its_error(pipeline: Pipeline) -> None:
    execution = pipeline.label("not-json", b"not JSON\n" * 30)
    assert pipeline.ended(execution)["error"] == "ManifestRejected"
    (failed,) = eventually(
        lambda: measured(pipeline, "close_execution", Metric.EXECUTIONS_FAILED) or None
    )
    assert failed["error"] == "ManifestRejected"
