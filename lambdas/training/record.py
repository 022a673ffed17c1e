"""The outcome of an execution, put together by Record Model."""

from collections.abc import Mapping
from typing import Any

from lambdas.messages import Bill, Outcome, RecordModelEvent
from lambdas.training.billing import bill
from lambdas.training.outcome import model_artifact


def outcome(event: RecordModelEvent, description: Mapping[str, Any], paid: list[Bill]) -> Outcome:
    """Return what an execution achieved, from its data set, DescribeTrainingJob and its bills.

    Metrics are SageMaker's ``FinalMetricDataList``: the last value of each, not the best.
    """
    dataset, job = event.dataset, event.training_job
    return Outcome(
        model_artifact=model_artifact(description),
        training_job=job.name,
        instance_type=job.instance_type,
        instance_count=job.instance_count,
        bills=paid,
        billable_instance_seconds=sum(each.instance_seconds for each in paid),
        spot_saving=bill(description).saved,
        metrics={
            metric["MetricName"]: metric["Value"]
            for metric in description.get("FinalMetricDataList", [])
        },
        manifest=dataset.manifest,
        version_id=dataset.version_id,
        label_attribute=dataset.label_attribute,
        records=dataset.records,
        boxes=dataset.boxes,
        classes=dataset.classes,
        split=dataset.split,
        hyperparameters=description["HyperParameters"],
        report=dataset.report,
        report_page=dataset.report_page,
        execution=event.execution.arn,
    )
