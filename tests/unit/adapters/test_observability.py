"""Log lines and metrics as CloudWatch reads them from standard output."""

import json
import subprocess
import sys
import textwrap
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.adapters.observability import logger, measure, measure_answers, observed
from lambdas.contract import METRICS_NAMESPACE, Metric
from lambdas.jobs.wait import Answered

INVOCATIONS = """
    from types import SimpleNamespace
    from lambdas.adapters.observability import about_execution, logger, observed

    @observed
    def handler(event, context):
        if "execution" in event:
            about_execution(event["execution"])
        logger.info("recorded")

    context = SimpleNamespace(
        function_name="record-model", memory_limit_in_mb=512, aws_request_id="request-1",
        invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:record-model",
    )
    handler({"execution": "shapes-1"}, context)
    handler({}, context)
"""


def metric_line(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    (line,) = capsys.readouterr().out.splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_metric_is_one_line_that_cloudwatch_takes_it_from(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measure(Metric.RECORDS, 19, fate="train")
    line = metric_line(capsys)
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == METRICS_NAMESPACE
    assert directive["Dimensions"] == [["service", "fate"]]
    assert directive["Metrics"] == [{"Name": "Records", "Unit": "Count"}]
    assert line["Records"] == [19.0]
    assert line["fate"] == "train"
    assert line["service"] == logger.service


@pytest.mark.parametrize("metric", [Metric.ANSWER_DELAY, Metric.BILLED_INSTANCE_SECONDS])
def test_durations_are_in_seconds(metric: Metric, capsys: pytest.CaptureFixture[str]) -> None:
    measure(metric, 1.5)
    (directive,) = metric_line(capsys)["_aws"]["CloudWatchMetrics"]
    assert directive["Metrics"] == [{"Name": metric, "Unit": "Seconds"}]


def test_an_answer_is_as_late_as_its_job_ended_before_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measure_answers([Answered(datetime.now(UTC) - timedelta(seconds=90)), Answered(None)])
    assert metric_line(capsys)[Metric.ANSWER_DELAY][0] >= 90


def test_a_job_that_ended_by_a_clock_ahead_of_ours_was_answered_at_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    measure_answers([Answered(datetime.now(UTC) + timedelta(hours=1))])
    assert metric_line(capsys)[Metric.ANSWER_DELAY] == [0.0]


def test_every_line_of_an_invocation_names_its_execution_and_the_next_one_starts_anew() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(INVOCATIONS)],
        capture_output=True,
        text=True,
        check=True,
    )
    first, second = map(json.loads, done.stdout.splitlines())
    assert first["execution"] == "shapes-1"
    assert first["function_request_id"] == "request-1"
    assert "execution" not in second


def test_what_a_handler_raises_reaches_lambda_as_it_is() -> None:
    class ManifestRejected(Exception):
        pass

    @observed
    def handler(event: dict[str, Any], context: object) -> None:
        raise ManifestRejected("line 4")

    context = type(
        "Context",
        (),
        dict.fromkeys(
            ("function_name", "memory_limit_in_mb", "invoked_function_arn", "aws_request_id")
        ),
    )
    with pytest.raises(ManifestRejected, match="line 4"):
        handler({}, context)
