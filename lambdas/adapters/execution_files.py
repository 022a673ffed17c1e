"""The files that an execution leaves in the pipeline's bucket."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import msgspec

from lambdas.adapters.documents import document_exists, read_document, write_document
from lambdas.adapters.object_writer import ObjectWriter
from lambdas.adapters.observability import logger
from lambdas.adapters.sample_images import sample_pictures
from lambdas.contract import BucketLayout
from lambdas.jobs.console import object_url
from lambdas.manifest.report import Report
from lambdas.manifest.validate import Sinks
from lambdas.messages import Execution, Job, Outcome
from lambdas.pages.page import report_page


class S3JobRecords:
    """Implements ``lambdas.jobs.ports.JobRecords`` for training jobs."""

    def __init__(self, bucket: str) -> None:
        self._layout = BucketLayout(bucket)

    def put_jobs(self, execution: str, jobs: list[Job]) -> None:
        """Record the jobs of an execution, with the one that it is about to start."""
        key = self._layout.training_jobs(execution)
        write_document(self._layout.bucket, key, msgspec.json.encode(jobs))

    def jobs(self, execution: str) -> list[Job]:
        """Return the jobs that an execution recorded, oldest first."""
        key = self._layout.training_jobs(execution)
        found = read_document(self._layout.bucket, key, list[Job])
        return found[0] if found else []


@dataclass(frozen=True, slots=True)
class ChannelWriters:
    """What the validation writes: the manifests of all parts, and the rejected records."""

    train: ObjectWriter
    validation: ObjectWriter
    test: ObjectWriter
    rejected: ObjectWriter

    def sinks(self) -> Sinks:
        """Return where the validator is to put its output."""
        return Sinks(self.train.write, self.validation.write, self.test.write, self.rejected.write)

    def discard_channels(self) -> None:
        """Leave nothing to train on."""
        self.train.discard()
        self.validation.discard()
        self.test.discard()


@contextmanager
def channel_writers(layout: BucketLayout, execution: str) -> Iterator[ChannelWriters]:
    """Write the manifests of an execution; left by an exception, none of them is there."""
    keys = (
        layout.train_manifest(execution),
        layout.validation_manifest(execution),
        layout.test_manifest(execution),
        layout.rejected_records(execution),
    )
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


def report_page_url(layout: BucketLayout, execution: Execution) -> str | None:
    """Return the console page of an execution's ``report.html``; None where it wrote none."""
    key = layout.report_page(execution.name)
    if not document_exists(layout.bucket, key):
        return None
    return object_url(layout.bucket, key, execution.arn)


def write_outcome(outcome: Outcome, layout: BucketLayout, execution: str) -> None:
    """Write an execution's outcome, indented for people to read."""
    text = msgspec.json.format(msgspec.json.encode(outcome), indent=2)
    write_document(layout.bucket, layout.outcome(execution), text + b"\n")
