from typing import Any

import pytest

from lambdas.manifest.stream import lookahead
from tests.unit.manifest.manifests import (
    any_box,
    any_label,
    any_metadata,
    any_policy,
    any_record,
    as_line,
    failed_record,
    good_lines,
    manifest_of,
    run,
    unlabeled_record,
)


def with_label(
    record: dict[str, Any], attribute: str, *boxes: dict[str, Any], **metadata: Any
) -> dict[str, Any]:
    drawn = boxes or (any_box(),)
    about = any_metadata(len(drawn), **metadata)
    return record | {attribute: any_label(*drawn), f"{attribute}-metadata": about}


def test_the_only_bounding_box_label_is_found() -> None:
    lines = manifest_of(*(any_record(n, attribute="custom-labels_BB") for n in range(30)))
    assert run(lines).report.label_attribute == "custom-labels_BB"


def test_a_label_is_found_after_megabytes_of_images_without() -> None:
    unlabeled = manifest_of(*(unlabeled_record(n) for n in range(60_000)))
    result = run(unlabeled + good_lines(50, first=100_000), any_policy(max_unlabeled_fraction=1))
    assert result.report.label_attribute == "bb"
    assert result.report.records.usable == 50
    assert result.report.records.unlabeled == 60_000


def test_reading_ends_when_a_label_is_too_long_in_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookahead, "FARTHEST", 2 << 20)
    unlabeled = manifest_of(*(unlabeled_record(n) for n in range(60_000)))
    result = run(unlabeled + good_lines(50, first=100_000), any_policy(max_unlabeled_fraction=1))
    assert result.codes == {"label-attribute-not-found", "unlabeled"}
    assert 50_000 < result.report.records.total < 60_000
    assert "in the first 2 MiB, after which reading ended" in result.report.findings[0].message


def test_a_label_is_found_after_failed_lines() -> None:
    report = run(manifest_of(failed_record(1)) + good_lines()).report
    assert (report.label_attribute, report.records.failed) == ("bb", 1)


def test_a_label_beside_those_of_other_tasks_is_found() -> None:
    verdict = {
        "check": "1",
        "check-metadata": {"class-name": "good", "type": "groundtruth/label-verification"},
    }
    lines = manifest_of(*(any_record(n) | verdict for n in range(30)))
    result = run(lines)
    assert (result.report.label_attribute, result.codes) == ("bb", set())


def test_the_configured_label_wins() -> None:
    both = [with_label(any_record(n), "other") for n in range(30)]
    result = run(manifest_of(*both), any_policy(label_attribute="other"))
    assert (result.report.label_attribute, result.codes) == ("other", set())


def test_of_a_chained_job_the_adjusted_label_is_taken() -> None:
    lines = [
        with_label(
            any_record(n),
            "bb-chain",
            any_box(),
            any_box(left=0),
            **{"adjustment-status": "unadjusted" if n % 3 else "adjusted"},
        )
        for n in range(30)
    ]
    report = run(manifest_of(*lines)).report
    assert (report.label_attribute, report.boxes) == ("bb-chain", 60)
    (finding,) = report.findings
    assert '"bb-chain"' in finding.message
    assert '"bb"' in finding.message


def test_two_adjusted_labels_have_to_be_chosen_from() -> None:
    lines = [
        with_label(
            with_label(any_record(n), "one", **{"adjustment-status": "adjusted"}),
            "two",
            **{"adjustment-status": "adjusted"},
        )
        for n in range(30)
    ]
    report = run(manifest_of(*lines)).report
    assert report.verdict == "rejected"
    assert '"bb", "one", "two"' in report.findings[0].message


def test_a_second_label_that_appears_late_rejects_instead_of_training_on_the_wrong_one() -> None:
    late = with_label(any_record(1), "other")
    result = run(good_lines(4_000) + as_line(late))
    assert result.report.verdict == "rejected"
    assert result.codes == {"label-attribute-ambiguous"}


def test_an_absent_configured_label_is_answered_with_those_that_are_there() -> None:
    report = run(good_lines(), any_policy(label_attribute="boxes")).report
    assert report.verdict == "rejected"
    assert '"bb" ("groundtruth/object-detection")' in report.findings[0].message


def test_a_label_without_a_type_is_known_by_its_keys() -> None:
    lines = manifest_of(*(any_record(n, metadata={"type": None}) for n in range(30)))
    for policy in (any_policy(), any_policy(label_attribute="bb")):
        result = run(lines, policy)
        assert (result.report.label_attribute, result.codes) == ("bb", {"label-without-type"})


def test_a_label_known_by_its_keys_counts_only_where_none_has_a_type() -> None:
    lines = manifest_of(*(any_record(n, other=any_label(any_box())) for n in range(30)))
    result = run(lines)
    assert (result.report.label_attribute, result.codes) == ("bb", set())
    several = any_record(0, other=any_label(any_box()), metadata={"type": "boxes"})
    assert run(manifest_of(several)).codes == {"label-attribute-ambiguous"}


def test_the_example_of_the_developer_guide_is_accepted() -> None:
    # https://docs.aws.amazon.com/sagemaker/latest/dg/object-detection.html
    result = run(
        b'{"source-ref": "s3://your_bucket/image1.jpg", "bounding-box":{"image_size":[{ "width": '
        b'500, "height": 400, "depth":3}], "annotations":[{"class_id": 0, "left": 111, "top": 134,'
        b' "width": 61, "height": 128}, {"class_id": 5, "left": 161, "top": 250, "width": 80, '
        b'"height": 50}]}, "bounding-box-metadata":{"class-map":{"0": "dog", "5": "horse"}, "type":'
        b' "groundtruth/object_detection"}}\n'
        b'{"source-ref": "s3://your_bucket/image2.jpg", "bounding-box":{"image_size":[{ "width": '
        b'400, "height": 300, "depth":3}], "annotations":[{"class_id": 1, "left": 100, "top": 120,'
        b' "width": 43, "height": 78}]}, "bounding-box-metadata":{"class-map":{"1": "cat"}, "type":'
        b' "groundtruth/object_detection"}}\n'
    )
    assert (result.report.verdict, result.report.label_attribute) == ("accepted", "bounding-box")
    assert result.report.records.usable == 2


def test_without_metadata_classes_are_called_by_their_ids() -> None:
    bare = manifest_of(*(any_record(n, any_box(class_id=3), bb__metadata=None) for n in range(30)))
    result = run(bare)
    assert result.codes == {"label-without-metadata", "class-ids-with-gaps"}
    assert {found.name for found in result.report.classes.values()} == {"3"}
    assert result.report.hyperparameters["num_classes"] == "4"


def test_names_of_some_lines_go_for_all() -> None:
    result = run(manifest_of(any_record(1, bb__metadata=None)) + good_lines())
    assert {found.name for found in result.report.classes.values()} == {"dog"}
    assert result.report.verdict == "accepted"


def test_metadata_needs_nothing_but_type_and_class_map() -> None:
    bare = {"objects": None, "human-annotated": None, "creation-date": None, "job-name": None}
    lines = manifest_of(*(any_record(n, metadata=bare) for n in range(30)))
    assert run(lines).codes == set()


def test_without_any_bounding_box_label_the_tasks_found_are_named() -> None:
    lines = [
        {
            "source-ref": f"s3://images/{n}.jpg",
            "species": 1,
            "species-metadata": {"type": "groundtruth/image-classification"},
        }
        for n in range(5)
    ]
    result = run(manifest_of(*lines))
    assert result.codes == {"label-attribute-not-found", "task-image-classification"}
    assert "species" in result.report.cause()
    assert result.report.records.invalid == 5


def test_a_broken_line_of_another_job_does_not_hide_the_label() -> None:
    lines = b"not json\n" + b'{"x-metadata": 3}\n' + good_lines(60)
    assert run(lines).report.label_attribute == "bb"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("b" * 256, None),
        ("b" * 257, "label-attribute-name-invalid"),
        ("boxes\n", "label-attribute-name-invalid"),
        ("\x85", "label-attribute-name-invalid"),
        ("", "label-attribute-name-invalid"),
        ("boxes-ref", "label-attribute-ends-in-ref"),
        ("boxes-ref-2", None),
        ("-reference", None),
    ],
)
@pytest.mark.parametrize("configured", [True, False])
def test_a_label_attribute_that_training_does_not_take_rejects_the_manifest(
    name: str, code: str | None, configured: bool
) -> None:
    lines = manifest_of(*(any_record(n, attribute=name) for n in range(30)))
    result = run(lines, any_policy(label_attribute=name if configured else None))
    assert result.codes == ({code} if code else set())


@pytest.mark.parametrize("name", ["source", "source-ref"])
def test_the_image_is_not_a_label(name: str) -> None:
    result = run(good_lines(), any_policy(label_attribute=name))
    assert "label-attribute-name-invalid" in result.codes
