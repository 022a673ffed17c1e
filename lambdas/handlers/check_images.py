"""Check Images: looks at a batch of the images that a manifest's accepted lines name."""

from typing import Any

import msgspec

from lambdas.adapters.environment import settings
from lambdas.adapters.image_objects import examine_objects
from lambdas.adapters.object_requests import object_requests
from lambdas.adapters.observability import about_execution, logger, observed
from lambdas.images.batch import ImageBatch, batch_result
from lambdas.images.examination import examine_header, examine_pixels
from lambdas.settings import CheckImagesSettings

CONNECTIONS = 20
"""Of a batch at once. S3 answers in some 30 ms: with the eight batches at once that are the default
of image_check_concurrency, they stay below the 5,500 reads a second that S3 stands for a prefix
(userguide/optimizing-performance.html)."""

CONNECTIONS_TO_DECODE = 6
"""One vCPU decodes no more than that many bring, and each may hold an image of 40 MB twice."""


@observed
def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Return what was found in the images of a batch.

    Whatever is wrong with an image is in what is returned. Raises ``ServiceUnavailable`` where S3
    could not be asked, which says nothing about an image.
    """
    batch = msgspec.convert(event, ImageBatch)
    about_execution(batch.shared.execution)
    decode = settings(CheckImagesSettings).image_checks == "decode"
    examined = examine_objects(
        batch.images,
        examine_pixels if decode else examine_header,
        object_requests(),
        CONNECTIONS_TO_DECODE if decode else CONNECTIONS,
    )
    result = batch_result(examined)
    logger.info("%d images, %d kinds of faults", result.examined, len(result.faults))
    returned: dict[str, Any] = msgspec.to_builtins(result)
    return returned
