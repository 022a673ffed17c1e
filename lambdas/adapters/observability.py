"""What people see of a function at work: its log lines, the pipeline's metrics and a trace.

Powertools reads the service's name, the namespace of the metrics and the log level from the
environment that the template sets.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from lambdas.contract import METRICS_NAMESPACE, STACK_DIMENSION, Metric
from lambdas.jobs.wait import Answered
from lambdas.manifest.report import Report

Handler = Callable[[dict[str, Any], Any], Any]

UNITS = {
    Metric.ANSWER_DELAY: MetricUnit.Seconds,
    Metric.BILLED_INSTANCE_SECONDS: MetricUnit.Seconds,
}
"""Of those metrics that are not counts."""

logger = Logger()
tracer = Tracer(patch_modules=("botocore",))


def observed(handler: Handler) -> Handler:
    """Give a handler's log lines its invocation, and its trace a segment for each call of AWS.

    What it returns is left out of the trace: the state's output has it. ``about_execution`` says
    whose lines they are.
    """
    traced = tracer.capture_lambda_handler(handler, capture_response=False)
    injected: Handler = logger.inject_lambda_context(traced, clear_state=True)
    return injected


def about_execution(name: str) -> None:
    """Put the execution's name on every further line of this invocation."""
    logger.append_keys(execution=name)


def measure(metric: Metric, value: float, **dimensions: str) -> None:
    """Publish one value of a metric of this stack, by the log line that CloudWatch takes it from.

    The line is in the embedded metric format (CloudWatch user guide,
    CloudWatch_Embedded_Metric_Format_Specification.html): no call of AWS, no permission.
    """
    with single_metric(
        name=metric,
        unit=UNITS.get(metric, MetricUnit.Count),
        value=value,
        namespace=METRICS_NAMESPACE,
        default_dimensions={STACK_DIMENSION: logger.service, **dimensions},
    ):
        pass


def measure_records(report: Report) -> None:
    """Publish what became of the lines of a manifest."""
    for fate, count in report.fates().items():
        measure(Metric.RECORDS, count, fate=fate)


def measure_answers(answered: Iterable[Answered]) -> None:
    """Publish how long after the ends of their jobs executions have been answered."""
    for answer in answered:
        if answer.ended_at is not None:
            delay = datetime.now(UTC) - answer.ended_at
            measure(Metric.ANSWER_DELAY, max(0.0, delay.total_seconds()))
