"""Validate Manifest: reads the manifest, writes the channels' manifests and a report on both."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.labeling_jobs import require_labeling_job_ended
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.adapters.observability import about_execution, logger, measure_records, observed
from lambdas.adapters.validated_objects import ManifestObjects, validate_objects
from lambdas.contract import BucketLayout
from lambdas.executions.dataset import accepted_dataset
from lambdas.executions.request import check_versions, read_request
from lambdas.manifest.policy import Policy
from lambdas.messages.execution import ExecutionInput
from lambdas.messages.payloads import ValidateManifestEvent
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
    report, images = validate_objects(
        ManifestObjects(manifest, validation),
        policy(configured, request),
        layout,
        step.execution,
        list_images=configured.image_checks != "off",
    )
    if images is None or report.verdict == "rejected":
        measure_records(report)
    logger.info("%s: %s", manifest.uri, report.verdict)
    dataset = accepted_dataset(
        report,
        manifest=manifest.uri,
        version_id=manifest.version_id,
        validation_version_id=validation.version_id if validation else None,
        newest_only=request.newest_only,
        images=images,
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
