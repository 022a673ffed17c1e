from typing import Any

import pytest

from lambdas.manifest.line.unlabeled import judge_unlabeled
from tests.unit.manifest.manifests import any_metadata, unlabeled_record

FAILED = {"failure-reason": "Annotation tasks expired."}


@pytest.mark.parametrize(
    ("keys", "attribute", "fate", "code"),
    [
        ({}, "bb", "unlabeled", "unlabeled"),
        ({}, None, "unlabeled", "unlabeled"),
        ({"bb-metadata": FAILED}, "bb", "failed", "labeling-failed"),
        ({"bb-metadata": FAILED}, None, "failed", "labeling-failed"),
        ({"other-metadata": FAILED}, "bb", "unlabeled", "unlabeled"),
        ({"bb-metadata": any_metadata()}, "bb", "invalid", "metadata-without-label"),
        ({"bb-metadata": any_metadata()}, None, "invalid", "metadata-without-label"),
        ({"source-ref-metadata": {"format": "text/xyz"}}, "bb", "invalid", "point-cloud-input"),
        ({"source-ref-metadata": {"format": "text/xyz"}}, None, "invalid", "point-cloud-input"),
    ],
)
def test_a_line_without_the_label_says_why(
    keys: dict[str, Any], attribute: str | None, fate: str, code: str
) -> None:
    found, fault = judge_unlabeled(unlabeled_record() | keys, attribute)
    assert (found, fault.rule.code) == (fate, code)
