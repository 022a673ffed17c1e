from typing import Any

import pytest

from tests.unit.manifest.manifests import any_box, any_policy, any_record, manifest_of, run


def verified(number: int, verdict: object, **about: Any) -> dict[str, Any]:
    metadata = {"class-name": verdict, "type": "groundtruth/label-verification", **about}
    return any_record(number) | {"lab#check": "1", "lab#check-metadata": metadata}


def test_verdicts_are_counted_on_every_line() -> None:
    lines = [verified(n, "bad" if n % 3 else "good") for n in range(30)]
    report = run(manifest_of(*lines)).report
    assert report.statistics.verdicts == {"bad": 20, "good": 10}
    assert report.split.train + report.split.validation == 30


def test_lines_with_named_verdicts_are_set_aside() -> None:
    lines = [verified(n, "bad" if n % 3 else "good") for n in range(30)]
    result = run(manifest_of(*lines), any_policy(drop_verdicts=frozenset({"bad", "blurred"})))
    report = result.report
    assert report.split.train + report.split.validation == 10
    assert (report.records.usable, report.statistics.dropped_by_verdict) == (30, 20)
    assert [line["codes"] for line in result.rejected] == [["verdict-dropped"]] * 20
    assert report.fates()["dropped-by-verdict"] == 20


@pytest.mark.parametrize("verdict", [None, 1, ["bad"]])
def test_a_verdict_that_is_not_a_name_is_none(verdict: object) -> None:
    lines = manifest_of(*(verified(n, verdict) for n in range(30)))
    assert run(lines, any_policy(drop_verdicts=frozenset({"bad"}))).report.statistics.verdicts == {}


def test_who_made_the_labels_and_how_sure_is_counted() -> None:
    def record(number: int) -> dict[str, Any]:
        about = {
            "human-annotated": "no" if number % 4 else "yes",
            "adjustment-status": "adjusted" if number % 2 else "unadjusted",
            "objects": [{"confidence": 0.95}, {"confidence": 0}],
        }
        return any_record(number, any_box(), any_box(left=0), metadata=about)

    found = run(manifest_of(*map(record, range(40)))).report.statistics
    assert found.label_sources == {"no": 30, "yes": 10}
    assert found.adjustments == {"unadjusted": 20, "adjusted": 20}
    assert found.confidences == [40, 0, 0, 0, 0, 0, 0, 0, 0, 40]


def test_odd_metadata_says_nothing() -> None:
    odd = {"human-annotated": 1, "adjustment-status": [], "objects": [{"confidence": 7}]}
    found = run(manifest_of(*(any_record(n, metadata=odd) for n in range(30)))).report.statistics
    assert (found.label_sources, found.adjustments, sum(found.confidences)) == ({}, {}, 0)
