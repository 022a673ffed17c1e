"""Reads what Check Images has found in all batches of an execution."""

from collections.abc import Iterator

import msgspec

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import transient_faults_named
from lambdas.contract import BucketLayout
from lambdas.images.batch import BatchResult

_SUCCEEDED = "SUCCEEDED_"


def batch_results(layout: BucketLayout, execution: str) -> Iterator[BatchResult]:
    """Yield the result of each batch of an execution.

    Step Functions writes a line of JSON for each child execution into ``SUCCEEDED_n.json``, and
    those that a redrive has added into a folder of its own (Step Functions developer guide,
    input-output-resultwriter.html, redrive-map-run.html).
    """
    decode = msgspec.json.Decoder(BatchResult).decode
    for key in _files(layout, execution):
        with transient_faults_named():
            body = clients.s3().get_object(Bucket=layout.bucket, Key=key)["Body"]
            for line in body.iter_lines():
                if line.strip():
                    yield decode(line)


def _files(layout: BucketLayout, execution: str) -> Iterator[str]:
    pages = clients.s3().get_paginator("list_objects_v2")
    with transient_faults_named():
        for page in pages.paginate(Bucket=layout.bucket, Prefix=layout.image_checks(execution)):
            for each in page.get("Contents", []):
                if each["Key"].rpartition("/")[2].startswith(_SUCCEEDED):
                    yield each["Key"]
