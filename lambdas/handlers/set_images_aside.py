"""Set Images Aside: validates the manifest once more, with what was found in its images."""

from typing import Any

import msgspec

from lambdas.adapters.batch_results import batch_results
from lambdas.adapters.environment import settings
from lambdas.adapters.manifest_objects import open_manifest
from lambdas.adapters.observability import about_execution, logger, measure_records, observed
from lambdas.adapters.validated_objects import ManifestObjects, validate_objects
from lambdas.contract import BucketLayout
from lambdas.executions.dataset import accepted_dataset
from lambdas.executions.request import read_request
from lambdas.images.batch import examined_images
from lambdas.manifest.policy import Policy
from lambdas.messages.payloads import SetImagesAsideEvent
from lambdas.settings import SetImagesAsideSettings


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return the data set to train on, without the lines whose images can't be used.

    The same versions of the manifests are read as before. Raises ``ManifestNotReadable`` where one
    has been deleted, ``ImagesRejected`` where too little is left.
    """
    step = msgspec.convert(event, SetImagesAsideEvent)
    about_execution(step.execution)
    configured, found = settings(SetImagesAsideSettings), step.dataset
    layout = BucketLayout(configured.bucket)
    request = read_request(step.request, layout)
    given = request.validation_manifest
    objects = ManifestObjects(
        open_manifest(found.manifest, found.version_id),
        open_manifest(given, found.validation_version_id) if given else None,
    )
    policy = Policy.from_settings(
        configured,
        image_buckets={configured.bucket, *configured.image_buckets},
        label_attribute=found.label_attribute,
    )
    examined = examined_images(batch_results(layout, step.execution))
    report, _ = validate_objects(objects, policy, layout, step.execution, examined=examined)
    measure_records(report)
    logger.info("%s with %d images: %s", found.manifest, examined.examined, report.verdict)
    dataset = accepted_dataset(
        report,
        manifest=found.manifest,
        version_id=found.version_id,
        validation_version_id=found.validation_version_id,
        newest_only=found.newest_only,
        images=found.images,
        layout=layout,
        execution=step.execution,
    )
    returned: dict[str, Any] = msgspec.to_builtins(dataset)
    return returned
