"""Reads the images that an execution's pages show."""

import time
from collections.abc import Iterable

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.adapters import clients
from lambdas.adapters.manifest_objects import split_uri
from lambdas.adapters.observability import logger
from lambdas.errors import InvalidExecutionInput
from lambdas.images.decoding import MOST_BYTES
from lambdas.manifest.report import Report
from lambdas.pages.samples import Picture
from lambdas.pages.thumbnail import LONGEST_SIDE, thumbnail

MOST_IMAGES = 12

MOST_SECONDS = 60
"""After which no further image is read: a file within the limits can still take minutes, and the
function has fifteen for everything. The report's data are written by then."""


def sample_pictures(report: Report) -> dict[str, Picture]:
    """Return sampled images by source-ref; the page does without those that cannot be had."""
    drawn = report.statistics.drawn()[:MOST_IMAGES]
    return pictures((record.source_ref for record in drawn), LONGEST_SIDE, MOST_SECONDS)


def pictures(
    source_refs: Iterable[str], longest_side: int, most_seconds: int
) -> dict[str, Picture]:
    """Return images made small, by source-ref; none is begun after so many seconds."""
    found: dict[str, Picture] = {}
    until = time.monotonic() + most_seconds
    for source_ref in source_refs:
        if time.monotonic() > until:
            logger.warning("no more pictures after %s seconds", most_seconds)
            break
        picture = _picture(source_ref, longest_side)
        if picture is not None:
            found[source_ref] = picture
    return found


def _picture(source_ref: str, longest_side: int) -> Picture | None:
    try:
        bucket, key = split_uri(source_ref)
        response = clients.s3().get_object(Bucket=bucket, Key=key)
        if response["ContentLength"] > MOST_BYTES:
            return None
        return thumbnail(response["Body"].read(), longest_side)
    except (ClientError, BotoCoreError, InvalidExecutionInput) as error:
        logger.info("no picture: %s", type(error).__name__)
        return None
