"""The dashboard: which figures it shows, and whose."""

import json
from typing import Any

import pytest

from lambdas.contract import METRICS_NAMESPACE, Metric
from tests.infrastructure.templates import Template


@pytest.fixture(scope="module")
def widgets(template: Template) -> list[dict[str, Any]]:
    dashboard = template.only("CloudWatch::Dashboard")
    body: list[dict[str, Any]] = json.loads(dashboard["DashboardBody"])["widgets"]
    return body


def test_every_metric_of_the_functions_is_shown(widgets: list[dict[str, Any]]) -> None:
    shown = json.dumps(widgets)
    counted_by_step_functions = {Metric.EXECUTIONS_STARTED, Metric.EXECUTIONS_SUCCEEDED}
    for metric in set(Metric) - counted_by_step_functions:
        assert f'"{metric}"' in shown or f'MetricName=\\"{metric}\\"' in shown, metric


def test_figures_are_those_of_this_stack_alone(widgets: list[dict[str, Any]]) -> None:
    for widget in widgets:
        for metric in widget["properties"]["metrics"]:
            if isinstance(metric[0], dict):
                assert 'service="GroundTruthTraining"' in metric[0]["expression"]
            elif metric[0] == METRICS_NAMESPACE:
                assert metric[2:4] == ["service", "GroundTruthTraining"]
            else:
                assert metric[2] in ("StateMachineArn", "QueueName")


def test_failures_are_told_apart_by_their_error_and_records_by_their_fate(
    widgets: list[dict[str, Any]],
) -> None:
    expressions = [
        metric[0]["expression"]
        for widget in widgets
        for metric in widget["properties"]["metrics"]
        if isinstance(metric[0], dict)
    ]
    assert [each.split(",")[2].split("}")[0] for each in expressions] == ["error", "fate"]


def drawn(widgets: list[dict[str, Any]], namespace: str) -> dict[str, tuple[str, str]]:
    """Return the name and the statistic of each line of a namespace by its label."""
    return {
        metric[-1]["label"]: (metric[1], metric[-1].get("stat", "Average"))
        for widget in widgets
        for metric in widget["properties"]["metrics"]
        if metric[0] == namespace
    }


def test_every_line_is_labelled_as_what_it_counts(widgets: list[dict[str, Any]]) -> None:
    assert drawn(widgets, "AWS/States") == {
        "started": ("ExecutionsStarted", "Sum"),
        "succeeded": ("ExecutionsSucceeded", "Sum"),
        "failed": ("ExecutionsFailed", "Sum"),
        "aborted": ("ExecutionsAborted", "Sum"),
        "timed out": ("ExecutionsTimedOut", "Sum"),
    }
    assert drawn(widgets, METRICS_NAMESPACE) == {
        "billed": (Metric.BILLED_INSTANCE_SECONDS, "Sum"),
        "longest": (Metric.ANSWER_DELAY, "Maximum"),
        "mean": (Metric.ANSWER_DELAY, "Average"),
    }
