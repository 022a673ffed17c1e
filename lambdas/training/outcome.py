"""The outcome of an execution, put together by Record Model."""

from lambdas.errors import TrainingJobFailed
from lambdas.jobs.bills import bills
from lambdas.jobs.ports import JobRecords, Jobs
from lambdas.messages.outcome import Outcome
from lambdas.messages.payloads import RecordModelEvent
from lambdas.training.judge import bill, model_artifact
from lambdas.training.kind import TRAINING


def outcome_of(event: RecordModelEvent, *, jobs: Jobs, records: JobRecords) -> Outcome:
    """Return what an execution achieved, from its data set, its training job and its bills.

    Metrics are SageMaker's ``FinalMetricDataList``: the last value of each, not the best. Raises
    ``TrainingJobFailed`` where somebody has deleted the training job.
    """
    dataset, job = event.dataset, event.training_job
    description = jobs.describe(job.name)
    if description is None:
        raise TrainingJobFailed(
            f"Training job {job.name} was deleted before its model was recorded."
        )
    paid = bills(records.jobs(event.execution.name), TRAINING, jobs)
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
            for metric in description.response.get("FinalMetricDataList", [])
        },
        manifest=dataset.manifest,
        version_id=dataset.version_id,
        label_attribute=dataset.label_attribute,
        records=dataset.records,
        boxes=dataset.boxes,
        classes=dataset.classes,
        split=dataset.split,
        hyperparameters=description.response["HyperParameters"],
        report=dataset.report,
        report_page=dataset.report_page,
        execution=event.execution.arn,
    )
