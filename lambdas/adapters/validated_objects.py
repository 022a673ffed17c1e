"""Validates manifests in S3, and writes what comes of it: the channels, the report and its page."""

from dataclasses import dataclass

from lambdas.adapters.execution_files import channel_writers, write_report
from lambdas.adapters.manifest_objects import ManifestObject
from lambdas.contract import BucketLayout
from lambdas.manifest.counts.examined_images import ExaminedImages
from lambdas.manifest.policy import Policy
from lambdas.manifest.report import Report
from lambdas.manifest.validate import validate_manifest
from lambdas.messages.dataset import ImageList


@dataclass(frozen=True, slots=True)
class ManifestObjects:
    """What is validated together."""

    manifest: ManifestObject
    validation: ManifestObject | None
    """Without it, the manifest is split."""


def validate_objects(
    objects: ManifestObjects,
    policy: Policy,
    layout: BucketLayout,
    execution: str,
    *,
    examined: ExaminedImages | None = None,
    list_images: bool = False,
) -> tuple[Report, ImageList | None]:
    """Return the report and, with ``list_images``, where the accepted images are listed.

    A rejected manifest leaves nothing to train on. ``examined`` has what was found in the images of
    the same objects.
    """
    manifest, validation = objects.manifest, objects.validation
    with channel_writers(layout, execution, list_images=list_images) as writers:
        report = validate_manifest(
            manifest.body,
            policy,
            writers.sinks(),
            validation.body if validation else None,
            examined=examined,
        )
        if report.verdict == "rejected":
            writers.discard_channels()
    write_report(report, manifest.uri, layout, execution)
    if writers.images is None:
        return report, None
    key, version_id = layout.image_list(execution), writers.images.version_id
    return report, ImageList(key=key, version_id=version_id)
