"""What Validate Manifest hands on: where the parts of the data set lie."""

from typing import Any

import pytest

from lambdas.contract import BucketLayout
from lambdas.errors import ImagesRejected, ManifestRejected
from lambdas.executions.dataset import accepted_dataset
from lambdas.manifest.report import ImageCounts, Report
from lambdas.messages.dataset import Dataset, ImageList
from tests.unit.manifest.manifests import any_policy, any_record, manifest_of, run


def accepted(report: Report, **changes: Any) -> Dataset:
    given: dict[str, Any] = {
        "manifest": "s3://labels/output.manifest",
        "version_id": "1",
        "validation_version_id": None,
        "newest_only": True,
        "images": None,
        "layout": BucketLayout("bucket"),
        "execution": "dogs",
    }
    return accepted_dataset(report, **given | changes)


def dataset(test_fraction: float) -> Dataset:
    lines = manifest_of(*map(any_record, range(60)))
    return accepted(run(lines, any_policy(test_fraction=test_fraction)).report)


def test_the_channels_and_the_report_lie_in_the_executions_folder() -> None:
    found = dataset(0)
    assert found.train_manifest == "s3://bucket/executions/dogs/train.manifest"
    assert found.validation_manifest == "s3://bucket/executions/dogs/validation.manifest"
    assert found.report == "s3://bucket/executions/dogs/report.json"
    assert found.report_page == "s3://bucket/executions/dogs/report.html"


@pytest.mark.parametrize(
    ("fraction", "place"), [(0, None), (0.3, "s3://bucket/executions/dogs/test.manifest")]
)
def test_a_test_part_is_named_where_something_is_held_out(
    fraction: float, place: str | None
) -> None:
    assert dataset(fraction).test_manifest == place


def rejected(images: ImageCounts | None) -> Report:
    report = run(manifest_of({"no": "label"})).report
    report.images = images
    return report


@pytest.mark.parametrize(
    ("images", "error"),
    [(None, ManifestRejected), (ImageCounts(examined=1, content_unknown=0), ImagesRejected)],
)
def test_a_rejection_says_whether_it_is_by_the_images(
    images: ImageCounts | None, error: type[Exception]
) -> None:
    with pytest.raises(error, match="Manifest rejected: 0 of 1 records are usable") as raised:
        accepted(rejected(images))
    assert raised.value.args[0].endswith("s3://bucket/executions/dogs/report.html")


def test_the_list_of_images_and_the_version_of_validation_are_handed_on() -> None:
    images = ImageList(key="executions/dogs/images.jsonl", version_id="7")
    report = run(manifest_of(*map(any_record, range(60)))).report
    found = accepted(report, images=images, validation_version_id="v2")
    assert (found.images, found.validation_version_id) == (images, "v2")
