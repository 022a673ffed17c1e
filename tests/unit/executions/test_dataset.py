"""What Validate Manifest hands on: where the parts of the data set lie."""

import pytest

from lambdas.contract import BucketLayout
from lambdas.executions.dataset import accepted_dataset
from lambdas.messages import Dataset
from tests.unit.manifest.manifests import any_policy, any_record, manifest_of, run


def dataset(test_fraction: float) -> Dataset:
    lines = manifest_of(*map(any_record, range(60)))
    return accepted_dataset(
        run(lines, any_policy(test_fraction=test_fraction)).report,
        manifest="s3://labels/output.manifest",
        version_id="1",
        newest_only=True,
        layout=BucketLayout("bucket"),
        execution="dogs",
    )


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
