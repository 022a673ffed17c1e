"""What Validate Manifest hands to the steps after it."""

import msgspec

from lambdas.contract import BucketLayout
from lambdas.errors import ManifestRejected
from lambdas.manifest.report import Report
from lambdas.messages import Dataset


def accepted_dataset(
    report: Report,
    *,
    manifest: str,
    version_id: str,
    newest_only: bool,
    layout: BucketLayout,
    execution: str,
) -> Dataset:
    """Return the data set to train on; raises ``ManifestRejected`` where there is none."""
    report_page = layout.uri(layout.report_page(execution))
    if report.verdict == "rejected":
        raise ManifestRejected(f"{report.cause()}\nFull report: {report_page}")
    return msgspec.convert(
        {
            **report.summary(),
            "manifest": manifest,
            "version_id": version_id,
            "newest_only": newest_only,
            "train_manifest": layout.uri(layout.train_manifest(execution)),
            "validation_manifest": layout.uri(layout.validation_manifest(execution)),
            "test_manifest": layout.uri(layout.test_manifest(execution))
            if report.split.test
            else None,
            "report": layout.uri(layout.report(execution)),
            "report_page": report_page,
        },
        Dataset,
    )
