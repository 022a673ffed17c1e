"""Validate Manifest: reads the manifest, writes the channels' manifests and a report on both."""

import logging
from contextlib import ExitStack
from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.labeling_jobs import require_labeling_job_ended
from lambdas.adapters.manifest_objects import ManifestObject, open_manifest
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.adapters.pipeline_bucket import PipelineBucket
from lambdas.adapters.sample_images import sample_pictures
from lambdas.contract import BucketLayout
from lambdas.errors import InvalidExecutionInput, ManifestRejected
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks, validate_manifest
from lambdas.messages import Dataset, ExecutionInput, ValidateManifestEvent
from lambdas.pages.page import report_page
from lambdas.settings import ValidateManifestSettings

logger = logging.getLogger(__name__)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the data set to train on, small enough to read in the console.

    Raises ``InvalidExecutionInput``, ``LabelingJobInProgress``, ``ManifestNotReadable`` or
    ``ManifestRejected``.
    """
    step = msgspec.convert(event, ValidateManifestEvent)
    request = execution_input(step.request)
    require_labeling_job_ended(request.manifest)
    own = settings(ValidateManifestSettings)
    bucket = PipelineBucket(own.bucket)
    manifest = open_manifest(request.manifest, request.version_id)
    validation = open_manifest(request.validation_manifest) if request.validation_manifest else None
    report = _validate(manifest, validation, policy(own, request), bucket.layout, step.execution)
    bucket.write(bucket.layout.report(step.execution), report.to_json())
    _write_page(report, manifest, bucket, step.execution)
    logger.info("%s: %s", manifest.uri, report.verdict)
    if report.verdict == "rejected":
        page = bucket.layout.uri(bucket.layout.report_page(step.execution))
        raise ManifestRejected(f"{report.cause()}\nFull report: {page}")
    found = dataset(
        report, manifest, bucket.layout, step.execution, newest_only=request.newest_only
    )
    returned: dict[str, Any] = msgspec.to_builtins(found)
    return returned


def execution_input(request: object) -> ExecutionInput:
    """Read what the execution was started with; raises ``InvalidExecutionInput``."""
    try:
        return msgspec.convert(request, ExecutionInput)
    except msgspec.ValidationError as error:
        raise InvalidExecutionInput(
            f"{error}. Start the execution with "
            '{"manifest": "s3://bucket/key"} and, if you like, "validation_manifest", '
            '"version_id" or "label_attribute".'
        ) from error


def policy(own: ValidateManifestSettings, request: ExecutionInput) -> Policy:
    """Return what the settings and the execution's input say about accepting a manifest."""
    return Policy(
        label_attribute=request.label_attribute or own.label_attribute or None,
        validation_fraction=own.validation_fraction,
        image_buckets=frozenset({own.bucket, *own.image_buckets}),
        empty_images="drop" if own.empty_images == "drop" else "keep",
        max_invalid_fraction=own.max_invalid_fraction,
        max_unlabeled_fraction=own.max_unlabeled_fraction,
        group_pattern=own.split_group_pattern or None,
        hyperparameters=own.hyperparameters,
    )


def _validate(
    manifest: ManifestObject,
    validation: ManifestObject | None,
    accepted: Policy,
    layout: BucketLayout,
    execution: str,
) -> Report:
    with ExitStack() as writers:
        train, held_out, rejected = (
            writers.enter_context(ObjectWriter(layout.bucket, key))
            for key in (
                layout.train_manifest(execution),
                layout.validation_manifest(execution),
                layout.rejected_records(execution),
            )
        )
        report = validate_manifest(
            manifest.body,
            accepted,
            Sinks(train=train.write, validation=held_out.write, rejected=rejected.write),
            validation.body if validation else None,
        )
        if report.verdict == "rejected":
            train.discard()
            held_out.discard()
    return report


def _write_page(
    report: Report, manifest: ManifestObject, bucket: PipelineBucket, execution: str
) -> None:
    """Write the report that people look at; whatever is wrong with it stops no training."""
    try:
        page = report_page(report, manifest.uri, sample_pictures(report))
    except Exception:
        logger.exception("no report.html")
        return
    key = bucket.layout.report_page(execution)
    bucket.write(key, page.encode(errors="replace"), "text/html; charset=utf-8")


def dataset(
    report: Report,
    manifest: ManifestObject,
    layout: BucketLayout,
    execution: str,
    *,
    newest_only: bool,
) -> Dataset:
    """Return what the next steps need of an accepted manifest."""
    return msgspec.convert(
        {
            **report.summary(),
            "manifest": manifest.uri,
            "version_id": manifest.version_id,
            "newest_only": newest_only,
            "train_manifest": layout.uri(layout.train_manifest(execution)),
            "validation_manifest": layout.uri(layout.validation_manifest(execution)),
            "report": layout.uri(layout.report(execution)),
            "report_page": layout.uri(layout.report_page(execution)),
        },
        Dataset,
    )
