"""Reads the images that an execution's report shows."""

import time

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.adapters import clients
from lambdas.adapters.manifest_objects import split_uri
from lambdas.adapters.observability import logger
from lambdas.errors import InvalidExecutionInput
from lambdas.images.decoding import MOST_BYTES
from lambdas.manifest.report import Report
from lambdas.pages.samples import Picture
from lambdas.pages.thumbnail import thumbnail

MOST_IMAGES = 12

MOST_SECONDS = 60
"""After which no further image is read: a file within the limits can still take minutes, and the
function has fifteen for everything. The report's data are written by then."""


def sample_pictures(report: Report) -> dict[str, Picture]:
    """Return sampled images by source-ref; the page does without those that cannot be had."""
    found: dict[str, Picture] = {}
    until = time.monotonic() + MOST_SECONDS
    for record in report.statistics.drawn()[:MOST_IMAGES]:
        if time.monotonic() > until:
            logger.warning("no more pictures of samples after %s seconds", MOST_SECONDS)
            break
        picture = _picture(record.source_ref)
        if picture is not None:
            found[record.source_ref] = picture
    return found


def _picture(source_ref: str) -> Picture | None:
    try:
        bucket, key = split_uri(source_ref)
        response = clients.s3().get_object(Bucket=bucket, Key=key)
        if response["ContentLength"] > MOST_BYTES:
            return None
        return thumbnail(response["Body"].read())
    except (ClientError, BotoCoreError, InvalidExecutionInput) as error:
        logger.info("no picture of a sample: %s", type(error).__name__)
        return None
