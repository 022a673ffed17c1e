"""The files that an execution leaves in the pipeline's bucket."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import msgspec

from lambdas.adapters.documents import (
    document_exists,
    keys_below,
    read_document,
    write_document,
)
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.adapters.observability import logger
from lambdas.adapters.sample_images import sample_pictures
from lambdas.contract import BucketLayout
from lambdas.jobs.console import object_url
from lambdas.jobs.kind import JobKind
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks
from lambdas.messages.execution import Execution
from lambdas.messages.job import Job
from lambdas.messages.outcome import Outcome
from lambdas.pages.page import report_page


class S3JobRecords:
    """Implements ``lambdas.jobs.ports.JobRecords``: a document for each item."""

    def __init__(self, bucket: str, kind: JobKind) -> None:
        self._layout = BucketLayout(bucket)
        self._records = kind.records

    def put_jobs(self, execution: str, jobs: list[Job]) -> None:
        """Record the jobs of an item of an execution, with the one that it is about to start."""
        key = self._layout.job_record(execution, self._records, jobs[0].item)
        write_document(self._layout.bucket, key, msgspec.json.encode(jobs))

    def jobs(self, execution: str) -> list[Job]:
        """Return the jobs that an execution recorded, those of an item oldest first."""
        bucket = self._layout.bucket
        documents = (
            read_document(bucket, key, list[Job])
            for key in keys_below(bucket, self._layout.job_records(execution, self._records))
        )
        return [job for found in documents if found is not None for job in found[0]]


@dataclass(frozen=True, slots=True)
class ChannelWriters:
    """What a validation writes: the manifests of all parts, rejected records, the images' list.

    images: None where the images are not to be looked at, or have been.
    """

    train: ObjectWriter
    validation: ObjectWriter
    test: ObjectWriter
    rejected: ObjectWriter
    images: ObjectWriter | None = None

    def sinks(self) -> Sinks:
        """Return where the validator is to put its output."""
        return Sinks(
            self.train.write,
            self.validation.write,
            self.test.write,
            self.rejected.write,
            self.images.write if self.images else None,
        )

    def discard_channels(self) -> None:
        """Leave nothing to train on."""
        self.train.discard()
        self.validation.discard()
        self.test.discard()
        if self.images:
            self.images.discard()


@contextmanager
def channel_writers(
    layout: BucketLayout, execution: str, *, list_images: bool
) -> Iterator[ChannelWriters]:
    """Write the manifests of an execution; left by an exception, none of them is there."""
    keys = [
        layout.train_manifest(execution),
        layout.validation_manifest(execution),
        layout.test_manifest(execution),
        layout.rejected_records(execution),
    ]
    if list_images:
        keys.append(layout.image_list(execution))
    with ExitStack() as writers:
        yield ChannelWriters(
            *(writers.enter_context(ObjectWriter(layout.bucket, key)) for key in keys)
        )


def write_report(report: Report, manifest_uri: str, layout: BucketLayout, execution: str) -> None:
    """Write ``report.json``, and ``report.html`` unless it fails: that stops no training."""
    write_document(layout.bucket, layout.report(execution), report.to_json())
    try:
        page = report_page(report, manifest_uri, sample_pictures(report))
    except Exception:
        logger.exception("no report.html")
        return
    write_document(
        layout.bucket,
        layout.report_page(execution),
        page.encode(errors="replace"),
        "text/html; charset=utf-8",
    )


def page_urls(layout: BucketLayout, execution: Execution) -> dict[str, str]:
    """Return the console pages of what an execution wrote for people to look at, by name."""
    keys = {
        "Report": layout.report_page(execution.name),
        "Evaluation": layout.evaluation_page(execution.name),
    }
    return {
        name: object_url(layout.bucket, key, execution.arn)
        for name, key in keys.items()
        if document_exists(layout.bucket, key)
    }


def write_outcome(outcome: Outcome, layout: BucketLayout, execution: str) -> None:
    """Write an execution's outcome, indented for people to read."""
    text = msgspec.json.format(msgspec.json.encode(outcome), indent=2)
    write_document(layout.bucket, layout.outcome(execution), text + b"\n")


def read_outcome(layout: BucketLayout, execution: str) -> Outcome | None:
    """Return the outcome that an earlier step or try of an execution has written."""
    found = read_document(layout.bucket, layout.outcome(execution), Outcome)
    return found[0] if found else None
