"""What an execution may be started with."""

import pytest

from lambdas.contract import BucketLayout
from lambdas.errors import InvalidExecutionInput
from lambdas.executions.request import check_versions, read_request

LAYOUT = BucketLayout("bucket")
MANIFEST = "s3://bucket/labeling/dogs/manifests/output/output.manifest"


@pytest.mark.parametrize(
    "request_", [None, [], {}, {"manifest": 5}, {"manifest": MANIFEST, "epochs": 5}]
)
def test_an_input_of_another_form_is_refused_with_an_example(request_: object) -> None:
    with pytest.raises(InvalidExecutionInput, match="Start the execution with"):
        read_request(request_, LAYOUT)


@pytest.mark.parametrize("prefix", ["executions/", "callbacks/", "models/", "checkpoints/"])
@pytest.mark.parametrize("field", ["manifest", "validation_manifest"])
def test_the_pipelines_own_files_are_no_manifests(field: str, prefix: str) -> None:
    own = {"manifest": MANIFEST, field: f"s3://bucket/{prefix}job/dogs.json"}

    with pytest.raises(InvalidExecutionInput, match=f"^{field} is .* below {prefix}"):
        read_request(own, LAYOUT)


@pytest.mark.parametrize(
    "uri", [MANIFEST, "s3://bucket/data/executions/a.json", "s3://bucket-2/callbacks/a.json"]
)
def test_any_other_file_may_be_one(uri: str) -> None:
    assert read_request({"manifest": uri}, LAYOUT).manifest == uri


def test_a_manifest_without_versions_starts_nothing_by_itself() -> None:
    request = read_request({"manifest": MANIFEST, "newest_only": True}, LAYOUT)

    with pytest.raises(InvalidExecutionInput, match="Bucket bucket keeps no versions"):
        check_versions(request, "null")

    check_versions(request, "v1")


def test_who_starts_an_execution_by_hand_may_train_on_a_manifest_without_versions() -> None:
    check_versions(read_request({"manifest": MANIFEST}, LAYOUT), "null")
