"""Validate Manifest: reads the manifest, writes the channels' manifests and a report on both."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.execution_files import channel_writers, write_report
from lambdas.adapters.labeling_jobs import require_labeling_job_ended
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.adapters.observability import about_execution, logger, measure, observed
from lambdas.contract import BucketLayout, Metric
from lambdas.executions.dataset import accepted_dataset
from lambdas.executions.request import check_versions, read_request
from lambdas.manifest.policy import Policy
from lambdas.manifest.validate import validate_manifest
from lambdas.messages import ExecutionInput, ValidateManifestEvent
from lambdas.settings import ValidateManifestSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the data set to train on, small enough to read in the console.

    Raises ``InvalidExecutionInput``, ``LabelingJobInProgress``, ``ManifestNotReadable`` or
    ``ManifestRejected``.
    """
    step = msgspec.convert(event, ValidateManifestEvent)
    about_execution(step.execution)
    configured = settings(ValidateManifestSettings)
    layout = BucketLayout(configured.bucket)
    request = read_request(step.request, layout)
    require_labeling_job_ended(request.manifest)
    manifest = open_manifest(request.manifest, request.version_id)
    check_versions(request, manifest.version_id)
    validation = open_manifest(request.validation_manifest) if request.validation_manifest else None
    with channel_writers(layout, step.execution) as writers:
        report = validate_manifest(
            manifest.body,
            policy(configured, request),
            writers.sinks(),
            validation.body if validation else None,
        )
        if report.verdict == "rejected":
            writers.discard_channels()
    write_report(report, manifest.uri, layout, step.execution)
    for fate, count in report.fates().items():
        measure(Metric.RECORDS, count, fate=fate)
    logger.info("%s: %s", manifest.uri, report.verdict)
    dataset = accepted_dataset(
        report,
        manifest=manifest.uri,
        version_id=manifest.version_id,
        newest_only=request.newest_only,
        layout=layout,
        execution=step.execution,
    )
    returned: dict[str, Any] = msgspec.to_builtins(dataset)
    return returned


def policy(configured: ValidateManifestSettings, request: ExecutionInput) -> Policy:
    """Return what the settings and the execution's input say about accepting a manifest."""
    return Policy.from_settings(
        configured,
        image_buckets={configured.bucket, *configured.image_buckets},
        label_attribute=request.label_attribute,
    )
