"""A manifest validated once more, with what was found in its images since."""

import io
import json
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.images.judgement import CHANNELS
from lambdas.images.refusal import MISSING
from lambdas.manifest.counts.examined_images import ExaminedImages, content_hash
from lambdas.manifest.format import ManifestName
from lambdas.manifest.line.declared_image import DeclaredImage
from lambdas.manifest.policy import Policy
from lambdas.manifest.rules.rule import Fault
from lambdas.manifest.validate import Sinks, validate_manifest
from tests.unit.manifest.manifests import (
    Raw,
    Result,
    any_box,
    any_policy,
    any_record,
    as_line,
    good_lines,
    manifest_of,
    run,
)

LENIENT = any_policy(max_invalid_fraction=1.0)


def examined(
    faults: Mapping[int, Fault] | None = None,
    contents: Mapping[int, str] | None = None,
    *,
    count: int,
    manifest: ManifestName = "train",
) -> ExaminedImages:
    found = ExaminedImages()
    found.examined = count
    for line, fault in (faults or {}).items():
        found.add_fault(fault, line, manifest)
    for line, content in (contents or {}).items():
        found.add_content(content_hash(content), line, manifest)
    return found


def missing(line: int) -> Fault:
    return MISSING.fault(image=f"the image of line {line}")


def again(
    body: bytes,
    found: ExaminedImages,
    policy: Policy = LENIENT,
    validation: bytes | None = None,
) -> Result:
    outputs = [io.BytesIO() for _ in range(4)]
    report = validate_manifest(
        Raw(body),
        policy,
        Sinks(*(output.write for output in outputs)),
        Raw(validation) if validation is not None else None,
        examined=found,
    )
    train, validated, tested, rejected = (output.getvalue() for output in outputs)
    left_out = [json.loads(line) for line in rejected.splitlines()]
    return Result(report, train, validated, left_out, tested)


def _ignore(_chunk: bytes) -> None:
    """Only the list of images is wanted."""


def listed(body: bytes, policy: Policy = LENIENT, validation: bytes | None = None) -> list[Any]:
    """The images that the first validation lists."""
    images = io.BytesIO()
    second = Raw(validation) if validation is not None else None
    validate_manifest(
        Raw(body), policy, Sinks(_ignore, _ignore, _ignore, _ignore, images.write), second
    )
    lines = images.getvalue().splitlines()
    return [msgspec.json.decode(line, type=DeclaredImage) for line in lines]


@given(st.sets(st.integers(1, 60)), st.sampled_from([0.0, 0.2]))
def test_what_is_left_is_what_a_manifest_without_those_lines_has(
    lines: set[int], test_fraction: float
) -> None:
    policy = any_policy(max_invalid_fraction=1.0, test_fraction=test_fraction)
    records = [any_record(number) for number in range(60)]
    rest = [record for line, record in enumerate(records, 1) if line not in lines]

    found = again(manifest_of(*records), examined({n: missing(n) for n in lines}, count=60), policy)
    expected = run(manifest_of(*rest), policy) if rest else None

    assert found.report.records.invalid == len(lines)
    assert [each["line"] for each in found.rejected] == sorted(lines)
    if expected:
        assert sorted(found.lines()) == sorted(expected.lines())
        assert found.test == expected.test
        assert found.report.split == expected.report.split
        assert found.report.classes == expected.report.classes
        assert found.report.hyperparameters == expected.report.hyperparameters
        assert found.report.boxes == expected.report.boxes


def test_a_finding_names_the_lines_and_the_first_image() -> None:
    found = again(good_lines(60), examined({7: missing(7), 3: missing(3)}, count=60))
    (finding,) = (each for each in found.report.findings if each.code == "image-missing")
    assert (finding.count, finding.lines) == (2, [3, 7])
    assert finding.message == "line 3: the image of line 3 does not exist"


def test_what_is_found_is_drawn_with_its_boxes() -> None:
    found = again(good_lines(60), examined({7: missing(7)}, count=60))
    (drawn,) = found.report.statistics.found
    assert (drawn.line, drawn.codes) == (7, ["image-missing"])


def test_a_warning_costs_nothing() -> None:
    grey = CHANNELS.fault(image="an image", colour="grey")
    found = again(good_lines(60), examined({7: grey}, count=60), any_policy())
    assert found.codes == {"image-channels"}
    assert found.report.records.usable == 60


def test_too_many_bad_images_reject_above_the_share_of_invalid_lines() -> None:
    body = good_lines(38) + as_line({"no": "label"})
    assert run(body).report.verdict == "accepted"
    found = again(body, examined({7: missing(7)}, count=38), any_policy())
    assert found.report.verdict == "rejected"
    assert "too-many-invalid-lines" in found.codes


def test_a_class_that_only_bad_images_show_is_none() -> None:
    cat = any_record(
        60,
        {**any_record()["bb"]["annotations"][0], "class_id": 1},
        metadata={"class-map": {"1": "cat"}},
    )
    body = good_lines(60) + as_line(cat)
    assert set(run(body, LENIENT).report.classes) == {"0", "1"}
    assert set(again(body, examined({61: missing(61)}, count=61)).report.classes) == {"0"}


@pytest.mark.parametrize("test_fraction", [0.0, 0.3])
def test_equal_images_are_a_leak_where_the_split_parts_them(test_fraction: float) -> None:
    policy = any_policy(test_fraction=test_fraction)
    # Some of the classes have five images on one side by their hashes: one changes over.
    names = {str(class_id): f"class {class_id}" for class_id in range(12)}
    body = manifest_of(
        *(
            any_record(number, any_box(class_id=number % 12), metadata={"class-map": names})
            for number in range(1_000, 1_060)
        )
    )
    parts = {
        json.loads(line)["source-ref"]: name
        for name, part in run(body, policy)._asdict().items()
        if name in ("train", "validation", "test")
        for line in part.splitlines()
    }
    ordered = [parts[f"s3://images/{number:06d}.jpg"] for number in range(1_000, 1_060)]
    found = again(body, examined(contents=dict.fromkeys(range(1, 61), "same"), count=60), policy)
    counts = {each.code: each.count for each in found.report.findings if "content" in each.code}
    assert counts == {
        "image-content-repeated": ordered.count("train") - 1,
        "image-content-leaked": 60 - ordered.count("train"),
    }


def test_images_of_two_manifests_are_told_apart_by_manifest_and_line() -> None:
    train, validation = good_lines(20), good_lines(10, first=2_000)
    found = examined({3: missing(3)}, count=30, manifest="validation")
    found.add_content(content_hash("same"), 5, "train")
    found.add_content(content_hash("same"), 5, "validation")
    result = again(train, found, validation=validation)
    assert (result.report.split.train, result.report.split.validation) == (20, 9)
    (finding,) = (each for each in result.report.findings if each.code == "image-content-leaked")
    assert (finding.manifest, finding.lines) == ("validation", [5])
    assert "in validation has the same bytes as" in finding.message


def test_one_image_on_two_lines_is_for_the_rules_of_the_manifest() -> None:
    body = good_lines(40) + as_line(any_record(1_000))
    found = again(body, examined(contents={1: "same", 41: "same"}, count=41))
    assert found.codes == {"duplicate-image"}


def test_an_image_that_is_set_aside_is_no_leak() -> None:
    contents = {1: "same", 2: "same"}
    found = again(good_lines(60), examined({1: missing(1)}, contents, count=60))
    assert found.codes == {"image-missing"}


def test_lines_whose_images_nobody_has_looked_at_are_told_of() -> None:
    found = again(good_lines(60), examined({1: missing(1)}, count=57))
    (finding,) = (each for each in found.report.findings if each.code == "images-not-examined")
    assert finding.count == 3
    assert "images-not-examined" not in again(good_lines(60), examined(count=60)).codes


def test_the_report_says_how_many_images_were_looked_at() -> None:
    found = examined(count=60)
    found.content_unknown = 4
    assert msgspec.to_builtins(again(good_lines(60), found).report.images) == {
        "examined": 60,
        "content_unknown": 4,
    }
    assert run(good_lines(60)).report.images is None


def test_the_images_of_accepted_lines_are_listed_and_no_others() -> None:
    body = b"\xef\xbb\xbf\n" + good_lines(2) + as_line({"no": "label"}) + as_line(any_record(9))
    expected = DeclaredImage(2, "s3://images/001000.jpg", 500, 400, as_stored=True)
    images = listed(body)
    assert images[0] == expected
    assert [image.line for image in images] == [2, 3, 5]


def test_images_of_dropped_lines_are_not_listed() -> None:
    body = good_lines(5) + as_line(
        any_record(9) | {"bb": {**any_record()["bb"], "annotations": []}}
    )
    assert len(listed(body, any_policy(empty_images="drop"))) == 5
    assert len(listed(body, any_policy(empty_images="keep"))) == 6


def test_images_of_a_validation_manifest_are_listed_as_such() -> None:
    images = listed(good_lines(3), validation=good_lines(2, first=2_000))
    assert [(image.manifest, image.line) for image in images] == [
        ("train", 1),
        ("train", 2),
        ("train", 3),
        ("validation", 1),
        ("validation", 2),
    ]


@pytest.mark.parametrize(
    ("job", "as_stored"),
    [("labeling-job/dogs", True), ("dogs", False), (None, False), (7, False)],
)
def test_only_a_labeling_job_of_ground_truth_is_known_to_label_images_as_stored(
    job: object, as_stored: bool
) -> None:
    record = any_record(1)
    record["bb-metadata"]["job-name"] = job
    fast_and_slow = manifest_of(
        *(any_record(n) | {"bb-metadata": record["bb-metadata"]} for n in range(9))
    )
    assert {image.as_stored for image in listed(fast_and_slow)} == {as_stored}
