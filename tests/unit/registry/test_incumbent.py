"""Whether a version that somebody registered can be run, and compared."""

from typing import Any

import pytest

from lambdas.registry.incumbent import (
    reason_not_to_compare,
    reason_not_to_run,
    registered_model,
)

IMAGE = "811284229777.dkr.ecr.us-east-1.amazonaws.com/object-detection:1"
CONTAINER = {"Image": IMAGE, "ModelDataUrl": "s3://bucket/models/job/output/model.tar.gz"}


def why_not(*containers: dict[str, Any], **version: Any) -> str | None:
    described = {
        "ModelPackageArn": "arn",
        "InferenceSpecification": {"Containers": list(containers)},
        **version,
    }
    return reason_not_to_run(
        registered_model(described), container=IMAGE, models="s3://bucket/models/"
    )


def test_one_of_the_pipelines_own_models_can_be_run() -> None:
    assert why_not(CONTAINER) is None


@pytest.mark.parametrize("containers", [[], [CONTAINER, CONTAINER], [{"Image": IMAGE}]])
def test_what_is_not_one_container_with_one_artifact_is_not_run(containers: list[Any]) -> None:
    assert why_not(*containers) == "it does not consist of one container with one artifact"


def test_the_same_name_in_another_registry_is_another_container() -> None:
    other = CONTAINER | {"Image": IMAGE.replace("811284229777", "111122223333")}
    assert why_not(other) == f"it runs in another container, {other['Image']}"


def test_a_folder_that_begins_like_that_of_the_models_is_another_one() -> None:
    other = CONTAINER | {"ModelDataUrl": "s3://bucket/models-of-others/model.tar.gz"}
    assert "is not one of this pipeline's models" in str(why_not(other))


def test_the_same_classes_in_another_order_are_the_same() -> None:
    assert reason_not_to_compare({1: "cat", 0: "dog"}, {0: "dog", 1: "cat"}) is None


def test_of_many_other_classes_a_few_are_named() -> None:
    ours = {class_id: f"class {class_id}" for class_id in range(9)}

    assert reason_not_to_compare({0: "class 0"}, ours) == (
        "its classes are others: only the new model has 1 class 1, 2 class 2, 3 class 3,"
        " 4 class 4, 5 class 5 and 3 more"
    )
