"""What Validate Manifest and Set Images Aside hand to the steps after them."""

import msgspec

from lambdas.contract import BucketLayout
from lambdas.errors import ImagesRejected, ManifestRejected
from lambdas.manifest.report import Report
from lambdas.messages.dataset import Dataset, ImageList


def accepted_dataset(
    report: Report,
    *,
    manifest: str,
    version_id: str,
    validation_version_id: str | None,
    newest_only: bool,
    images: ImageList | None,
    layout: BucketLayout,
    execution: str,
) -> Dataset:
    """Return the data set to train on.

    Raises ``ManifestRejected`` where there is none, ``ImagesRejected`` where there was one before
    its images were looked at.
    """
    report_page = layout.uri(layout.report_page(execution))
    if report.verdict == "rejected":
        rejected = ManifestRejected if report.images is None else ImagesRejected
        raise rejected(f"{report.cause()}\nFull report: {report_page}")
    return msgspec.convert(
        {
            **report.summary(),
            "manifest": manifest,
            "version_id": version_id,
            "validation_version_id": validation_version_id,
            "newest_only": newest_only,
            "images": images,
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
