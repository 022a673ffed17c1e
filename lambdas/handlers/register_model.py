"""Register Model: puts the model into the registry, and fails where it is below the gate."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import (
    S3JobRecords,
    page_urls,
    read_outcome,
    write_outcome,
)
from lambdas.adapters.model_registry import SageMakerModelRegistry
from lambdas.adapters.notifications import publish
from lambdas.adapters.observability import about_execution, logger, measure, observed
from lambdas.adapters.sagemaker_jobs import SageMakerJobs
from lambdas.contract import BucketLayout, Metric
from lambdas.errors import ModelBelowGate
from lambdas.executions.notice import notice_of_model
from lambdas.jobs.bills import bills
from lambdas.messages.job import Bill
from lambdas.messages.payloads import RegisterModelEvent
from lambdas.registry.figures_text import figures_text
from lambdas.registry.gate import approval_of, judge_figures, verdict_text
from lambdas.registry.package import package_request
from lambdas.registry.registration import register, registered_before, with_evaluation
from lambdas.settings import RegisterModelSettings
from lambdas.transform.kind import TRANSFORM


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Register the model, complete ``outcome.json`` and return it as the execution's output.

    Raises ``ModelBelowGate`` once both are done, or ``ModelRegistrationRefused``.
    """
    step = msgspec.convert(event, RegisterModelEvent)
    about_execution(step.execution.name)
    configured = settings(RegisterModelSettings)
    layout, found = BucketLayout(configured.bucket), step.evaluated
    gate = judge_figures(found, configured)
    verdict = verdict_text(gate)
    before = registered_before(read_outcome(layout, step.execution.name), step.outcome)
    version = register(
        SageMakerModelRegistry(configured.model_package_group),
        package_request(step.outcome, found, configured.training_image),
        approval_of(gate, configured.approval),
        f"{verdict} Measured: {figures_text(found)}.",
        registered_before=before,
    )
    paid = _transform_bills(step.execution.name, configured.bucket)
    outcome = with_evaluation(step.outcome, found, gate, version, paid)
    write_outcome(outcome, layout, step.execution.name)
    if before is None:
        measure(Metric.BILLED_INSTANCE_SECONDS, sum(each.instance_seconds for each in paid))
    logger.info("model package %s: %s", version.arn, version.approval)
    if version.approval == "Rejected":
        raise ModelBelowGate(
            f"{verdict}\nMeasured: {figures_text(found)}.\n"
            f"Registered as Rejected: {version.arn}\nWorst images: {found.page or found.document}"
        )
    pages = page_urls(layout, step.execution)
    publish(notice_of_model(step.execution, version, verdict, found, pages), configured.topic_arn)
    measure(Metric.EXECUTIONS_SUCCEEDED, 1)
    returned: dict[str, Any] = msgspec.to_builtins(outcome)
    return returned


def _transform_bills(execution: str, bucket: str) -> list[Bill]:
    recorded = S3JobRecords(bucket, TRANSFORM).jobs(execution)
    return bills(recorded, TRANSFORM, SageMakerJobs(TRANSFORM))
