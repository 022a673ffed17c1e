import json
from typing import Any, NamedTuple

import pytest

from lambdas.manifest.catalogue import RULES
from lambdas.manifest.policy import Policy
from tests.unit.manifest.manifests import (
    SETTINGS,
    any_box,
    any_label,
    any_metadata,
    any_policy,
    any_record,
    as_line,
    empty_record,
    failed_record,
    good_lines,
    manifest_of,
    run,
    unlabeled_record,
)


class Case(NamedTuple):
    """A minimal manifest that breaks one rule, and the codes that can't but come with it."""

    manifest: bytes
    policy: Policy = any_policy()
    validation: bytes | None = None
    also: frozenset[str] = frozenset()


def among_good(*lines: object) -> Case:
    """The lines last among good ones, so that they stay below the tolerated share."""
    return Case(good_lines() + b"".join(x if isinstance(x, bytes) else as_line(x) for x in lines))


def labelled(label: Any) -> dict[str, Any]:
    return any_record() | {"bb": label}


def sized(**changes: Any) -> Case:
    size = {"width": 500, "height": 400, "depth": 3, **changes}
    return among_good(any_record(label={"image_size": [size]}))


def of_type(task: str) -> Case:
    return among_good(any_record(metadata={"type": f"groundtruth/{task}"}))


def boxed(*boxes: dict[str, Any], **metadata: Any) -> Case:
    return among_good(any_record(0, *boxes, metadata=metadata))


def chained(number: int, status: str | None = "adjusted") -> dict[str, Any]:
    metadata = any_metadata() | ({"adjustment-status": status} if status else {})
    return any_record(number) | {"bb2": any_label(any_box()), "bb2-metadata": metadata}


def renamed(number: int, names: dict[str, str], *class_ids: int) -> dict[str, Any]:
    boxes = [any_box(class_id=c, left=10 * c) for c in class_ids]
    return any_record(number, *boxes, metadata={"class-map": names})


def verified(number: int, verdict: str) -> dict[str, Any]:
    about = {"class-name": verdict, "type": "groundtruth/label-verification"}
    return any_record(number) | {"check": "1", "check-metadata": about}


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in any_box().items() if name != key}


GOOD = json.dumps(any_record()).encode()
TWO = {"0": "dog", "1": "cat"}
RARE = manifest_of(renamed(0, TWO, 0, 1), *(any_record(n) for n in range(1, 102)))
VALIDATION = manifest_of(renamed(900, TWO, 0, 1), any_record(901))

CASES: dict[str, Case] = {
    "not-utf8": among_good(GOOD.replace(b"dogs", b"\xff") + b"\n"),
    "not-json": among_good(GOOD[:-1] + b"\n"),
    "not-an-object": among_good(b"[" + GOOD + b"]\n"),
    "several-objects": among_good(GOOD + GOOD + b"\n"),
    "line-too-long": among_good(any_record(note="x" * 100_000)),
    "line-unread": among_good(any_record(note="x" * 400_000)),
    "nested-too-deep": among_good(b'{"a":' * 15_000 + b"\n"),
    "not-a-json-number": among_good(GOOD.replace(b"111", b"NaN") + b"\n"),
    "duplicate-key": among_good(GOOD.replace(b'"top"', b'"left": 1, "top"') + b"\n"),
    "byte-order-mark": Case(b"\xef\xbb\xbf" + good_lines()),
    "pretty-printed": Case(json.dumps(any_record(), indent=2).encode()),
    "gzip-compressed": Case(b"\x1f\x8b\x08\x00" + bytes(100)),
    "manifest-empty": Case(b"\n\r\n  \n"),
    "source-ref-missing": among_good(any_record(source__ref=None)),
    "source-ref-not-s3": among_good(any_record(source__ref="https://images/1.jpg")),
    "source-ref-tail": among_good(any_record(source__ref="s3://images/1.jpg?versionId=x")),
    "point-cloud-input": among_good(
        any_record() | {"source-ref-metadata": {"format": "binary/xyzi"}}
    ),
    "image-type-unsupported": among_good(any_record(source__ref="s3://images/1.tiff")),
    "image-type-unknown": among_good(any_record(source__ref="s3://images/0001")),
    "image-bucket-not-allowed": Case(
        good_lines() + as_line(any_record(source__ref="s3://other/1.jpg")),
        any_policy(image_buckets=frozenset({"images"})),
    ),
    "duplicate-image": among_good(any_record(1_000)),
    "duplicate-image-contradicts": among_good(any_record(1_000, any_box(left=0))),
    "image-in-both-manifests": Case(good_lines(), validation=good_lines(2)),
    "unlabeled": among_good(unlabeled_record()),
    "labeling-failed": among_good(failed_record()),
    "metadata-without-label": among_good(any_record(bb=None)),
    "label-without-metadata": among_good(any_record(bb__metadata=None)),
    "label-without-type": among_good(any_record(metadata={"type": "boxes"})),
    "class-map-missing": boxed(any_box(), **{"class-map": None}),
    "task-image-classification": of_type("image-classification"),
    "task-semantic-segmentation": of_type("semantic-segmentation"),
    "task-video": of_type("video-object-detection"),
    "task-point-cloud": of_type("point_cloud_object_detection"),
    "task-text": of_type("text-span"),
    "task-custom": of_type("custom"),
    "task-label-verification": of_type("label-verification"),
    "task-unknown": of_type("telepathy"),
    "video-sequence-reference": among_good(labelled("s3://b/annotations/SeqLabel.json")),
    "label-not-an-object": among_good(labelled(3)),
    "image-size-missing": among_good(any_record(label={"image_size": None})),
    "image-size-several": among_good(
        any_record(label={"image_size": [{"width": 9, "height": 9, "depth": 3}] * 2})
    ),
    "image-size-invalid": sized(width=0),
    "image-depth-unsupported": sized(depth=1),
    "annotations-missing": among_good(any_record(label={"annotations": {}})),
    "box-not-an-object": among_good(any_record(label={"annotations": [[1, 2, 3, 4]]})),
    "box-field-missing": boxed(without("height")),
    "box-value-not-a-number": boxed(any_box(left="111")),
    "box-value-negative": boxed(any_box(left=-1)),
    "box-without-area": boxed(any_box(width=0)),
    "box-outside-image": boxed(any_box(left=440)),
    "box-overshoots-edge": boxed(any_box(left=439.5)),
    "class-id-not-an-integer": boxed(any_box(class_id="0")),
    "class-id-out-of-range": boxed(any_box(class_id=-1)),
    "boxes-normalised": boxed(any_box(left=0.2, top=0.1, width=0.5, height=0.25)),
    "duplicate-box": boxed(any_box(), any_box()),
    "near-twin-boxes": boxed(any_box(), any_box(width=60)),
    "confidence-count-differs": boxed(any_box(), objects=[]),
    "class-map-invalid": boxed(any_box(), **{"class-map": ["dog"]}),
    "class-id-unnamed": boxed(any_box(class_id=4)),
    "class-name-conflict": boxed(any_box(), **{"class-map": {"0": "cat"}}),
    "class-name-repeated": Case(
        manifest_of(renamed(0, {"0": "dog", "1": "dog"}, 0, 1)) + good_lines(),
        validation=manifest_of(renamed(900, {"0": "dog", "1": "dog"}, 0, 1), any_record(901)),
    ),
    "class-ids-with-gaps": Case(
        manifest_of(renamed(0, {"0": "dog", "2": "cat"}, 0, 2)) + good_lines(),
        validation=manifest_of(renamed(900, {"0": "dog", "2": "cat"}, 0, 2), any_record(901)),
    ),
    "class-missing-in-train": Case(good_lines(), validation=VALIDATION),
    "class-missing-in-validation": Case(
        manifest_of(renamed(0, TWO, 0, 1)) + good_lines(),
        validation=manifest_of(any_record(901), any_record(902)),
    ),
    "class-imbalance": Case(
        manifest_of(renamed(0, TWO, 0, 1), *(any_record(n) for n in range(1, 202))),
        validation=VALIDATION,
    ),
    "label-attribute-not-found": Case(
        manifest_of(unlabeled_record(1)), also=frozenset({"unlabeled"})
    ),
    "label-attribute-absent": Case(
        good_lines(), any_policy(label_attribute="boxes"), also=frozenset({"unlabeled"})
    ),
    "label-attribute-ambiguous": Case(manifest_of(*(chained(n, None) for n in range(40)))),
    "label-attribute-late": Case(good_lines(4_000) + manifest_of(chained(1))),
    "label-attribute-adjusted": Case(manifest_of(*(chained(n) for n in range(40)))),
    "label-attribute-ends-in-ref": Case(
        manifest_of(*(any_record(n, attribute="boxes-ref") for n in range(40)))
    ),
    "label-attribute-name-invalid": Case(
        manifest_of(*(any_record(n, attribute="b" * 257) for n in range(40)))
    ),
    "too-many-invalid-lines": Case(
        good_lines() + as_line(any_record(bb=None)),
        any_policy(max_invalid_fraction=0.01),
        also=frozenset({"metadata-without-label"}),
    ),
    "too-many-unlabeled-images": Case(
        good_lines() + as_line(unlabeled_record()),
        any_policy(max_unlabeled_fraction=0.01),
        also=frozenset({"unlabeled"}),
    ),
    "too-few-images": Case(good_lines(1)),
    "no-boxes": Case(manifest_of(*(empty_record(n) for n in range(40)))),
    "channel-empty": Case(good_lines(), any_policy(group_pattern="images")),
    "label-width-too-small": Case(
        good_lines(), any_policy(hyperparameters={**SETTINGS, "label_width": "6"})
    ),
    "mini-batch-lowered": Case(
        good_lines(), any_policy(hyperparameters=SETTINGS | {"mini_batch_size": "32"})
    ),
    "epoch-on-every-instance": Case(good_lines(), any_policy(instance_count=2)),
    "batch-without-box": Case(
        good_lines() + manifest_of(*(empty_record(n) for n in range(40))),
    ),
    "boxes-too-small": boxed(any_box(width=2)),
    "boxes-without-anchor": Case(
        manifest_of(*(any_record(n, any_box(width=10, height=10)) for n in range(40)))
    ),
    "scheduler-step-unreached": Case(
        good_lines(), any_policy(hyperparameters={**SETTINGS, "lr_scheduler_step": "3,5"})
    ),
    "verdict-dropped": Case(
        good_lines() + as_line(verified(0, "bad")), any_policy(drop_verdicts=frozenset({"bad"}))
    ),
    "empty-image-dropped": Case(
        good_lines() + as_line(empty_record()), any_policy(empty_images="drop")
    ),
}


def test_good_lines_cause_no_finding() -> None:
    assert run(good_lines()).codes == set()


def test_every_rule_has_a_manifest_that_breaks_it() -> None:
    assert CASES.keys() == RULES.keys()


@pytest.mark.parametrize("code", CASES)
def test_the_minimal_manifest_of_a_rule_breaks_that_rule_only(code: str) -> None:
    case = CASES[code]
    result = run(case.manifest, case.policy, case.validation)
    assert result.codes == {code} | case.also


@pytest.mark.parametrize("code", CASES)
def test_an_error_of_a_line_costs_the_line_one_of_the_manifest_rejects_it(code: str) -> None:
    case, rule = CASES[code], RULES[code]
    report = run(case.manifest, case.policy, case.validation).report
    rejected = rule.severity == "error" and rule.scope == "manifest"
    assert report.verdict == ("rejected" if rejected else "accepted")
    if rule.severity == "error" and rule.scope == "line":
        assert report.records.invalid == 1


@pytest.mark.parametrize("code", CASES)
def test_a_finding_says_where_and_what_to_do(code: str) -> None:
    case = CASES[code]
    findings = run(case.manifest, case.policy, case.validation).report.findings
    finding = next(finding for finding in findings if finding.code == code)
    assert finding.count >= len(finding.lines)
    assert finding.fix
    assert "{" not in finding.message.replace('"{', "")
    assert finding.severity == RULES[code].severity
