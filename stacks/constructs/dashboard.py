"""The CloudWatch dashboard: what executions did, what became of the records, what it cost."""

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.contract import METRICS_NAMESPACE, STACK_DIMENSION, Metric

PERIOD = Duration.minutes(5)
WIDTH = 12
"""Of a dashboard's 24 columns."""


class PipelineDashboard(cloudwatch.Dashboard):
    """Named after the stack; every figure is of this stack alone."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        state_machine: sfn.StateMachine,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            dashboard_name=Aws.STACK_NAME,
            default_interval=Duration.days(7),
        )
        self.add_widgets(
            _graph(
                "Executions",
                *(
                    _counted(metric, label)
                    for metric, label in (
                        (state_machine.metric_started(), "started"),
                        (state_machine.metric_succeeded(), "succeeded"),
                        (state_machine.metric_failed(), "failed"),
                        (state_machine.metric_aborted(), "aborted"),
                        (state_machine.metric_timed_out(), "timed out"),
                    )
                ),
            ),
            _graph("Failed executions by error", _by(Metric.EXECUTIONS_FAILED, "error")),
        )
        self.add_widgets(
            _graph("Records of validated manifests by fate", _by(Metric.RECORDS, "fate")),
            _graph(
                "Billed seconds of one instance, all jobs",
                _own(Metric.BILLED_INSTANCE_SECONDS, "Sum", "billed"),
            ),
        )
        self.add_widgets(
            _graph(
                "Seconds from a job's end to the execution's answer",
                _own(Metric.ANSWER_DELAY, "Maximum", "longest"),
                _own(Metric.ANSWER_DELAY, "Average", "mean"),
            ),
            _graph(
                "Events that could not be processed",
                dead_letters.metric_approximate_number_of_messages_visible(
                    period=PERIOD, statistic="Maximum", label="waiting for gt-train replay"
                ),
            ),
        )


def _graph(title: str, *metrics: cloudwatch.IMetric) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(title=title, width=WIDTH, left=list(metrics))


def _counted(metric: cloudwatch.Metric, label: str) -> cloudwatch.Metric:
    return metric.with_(statistic="Sum", period=PERIOD, label=label)


def _own(metric: Metric, statistic: str, label: str) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=metric,
        dimensions_map={STACK_DIMENSION: Aws.STACK_NAME},
        statistic=statistic,
        period=PERIOD,
        label=label,
    )


def _by(metric: Metric, dimension: str) -> cloudwatch.MathExpression:
    """Return a line for each value of a dimension, also for those that are yet to come."""
    schema = f"{METRICS_NAMESPACE},{STACK_DIMENSION},{dimension}"
    search = f'{{{schema}}} MetricName="{metric}" {STACK_DIMENSION}="{Aws.STACK_NAME}"'
    return cloudwatch.MathExpression(
        expression=f"SEARCH('{search}', 'Sum')",
        using_metrics={},
        label=f"${{PROP('Dim.{dimension}')}}",
        period=PERIOD,
    )
