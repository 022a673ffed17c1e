"""The request for a version: what the registry takes, and the same for the same training job."""

import re
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from lambdas.registry.package import ELSEWHERE, package_request
from tests.unit.jobs.factories import any_evaluated, any_outcome

LETTERS = "".join(
    chr(point) for point in range(0x3000) if unicodedata.category(chr(point))[0] in "LZN"
)
TAKEN = re.compile(f"[{re.escape(LETTERS)}_.:/=+\\-@]{{1,256}}")
r"""``[\p{L}\p{Z}\p{N}_.:\/=+\-@]`` of the API reference, for the first planes."""

basic = st.text(st.characters(max_codepoint=0x2FFF), max_size=300)


@given(classes=st.lists(basic, min_size=1, max_size=60), manifest=basic, version=basic)
def test_the_registry_takes_whatever_the_data_set_is_called(
    classes: list[str], manifest: str, version: str
) -> None:
    outcome = any_outcome(classes=classes, manifest=manifest, version_id=version)
    request = package_request(outcome, any_evaluated(), "image")

    properties = request["CustomerMetadataProperties"]
    assert len(properties) <= 50
    for value in properties.values():
        assert TAKEN.fullmatch(value), value
    assert properties["manifest"] in (manifest, ELSEWHERE)
    assert len(request["ModelPackageDescription"]) <= 1_024


def test_a_list_of_classes_that_is_too_long_is_in_the_document() -> None:
    request = package_request(any_outcome(classes=["dog"] * 60), any_evaluated(), "image")
    assert request["CustomerMetadataProperties"]["classes"] == ELSEWHERE


def test_the_longest_value_is_kept_as_it_is() -> None:
    request = package_request(any_outcome(manifest="m" * 256), any_evaluated(), "image")
    assert request["CustomerMetadataProperties"]["manifest"] == "m" * 256


def test_a_token_belongs_to_one_training_job() -> None:
    tokens = [
        package_request(outcome, any_evaluated(), "image")["ClientToken"]
        for outcome in (
            any_outcome(),
            any_outcome(model_artifact="s3://bucket/another"),
            any_outcome(training_job="gt-train-cats"),
            any_outcome(execution=any_outcome().execution.replace("us-east-1", "eu-west-1")),
        )
    ]
    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 3
    assert all(re.fullmatch(r"[a-zA-Z0-9-]{1,36}", token) for token in tokens)


def test_a_figure_that_was_not_measured_is_not_among_the_metadata() -> None:
    request = package_request(any_outcome(), any_evaluated(ap=None, ap50=None), "image")
    assert {"ap", "ap50", "best_threshold"}.isdisjoint(request["CustomerMetadataProperties"])
    assert "nothing was measured" in request["ModelPackageDescription"]


def test_a_version_answers_as_it_was_evaluated_with_one_thread() -> None:
    request = package_request(any_outcome(), any_evaluated(), "image")
    (container,) = request["InferenceSpecification"]["Containers"]
    assert container["Environment"] == {"OMP_NUM_THREADS": "1"}
