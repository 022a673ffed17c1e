"""What travels between the steps arrives as it was, up to the largest that Step Functions takes."""

import json

from lambdas.errors import ManifestNotReadable
from tests.second_interpreter.deployed import BUCKET
from tests.second_interpreter.execution import LAYOUT, ScenarioExecution
from tests.unit.manifest.manifests import any_box, any_record, manifest_of

MAX_PAYLOAD = 262_144
"""Bytes of UTF-8 (Step Functions quotas)."""


def test_text_of_every_kind_survives_the_expressions(execution: ScenarioExecution) -> None:
    names = [
        'a "quoted" dog',
        "back\\slash",
        "$dollar $$ $states.input",
        "{% $x %}",
        "Ünïcødé 犬 🐕",
        "new\nline\ttab",
        "it's /* no comment */",
        "`tick`",
        "{{mustache}}",
        "null",
    ]
    output = execution.write(_manifest_with_classes(names, images_each=10)).finish()
    assert output["classes"] == execution.file("outcome.json")["classes"]
    (recorded,) = execution.account.functions.payloads["record_model"]
    assert recorded["dataset"]["classes"] == output["classes"]


def test_many_long_class_names_stay_below_the_largest_payload(execution: ScenarioExecution) -> None:
    """As they are, 900 names of 250 characters outside ASCII take 450 kB."""
    names = [f"{number:04}" + "é" * 246 for number in range(900)]
    output = execution.write(_manifest_with_classes(names, images_each=1)).finish()
    payloads = [each for all_of in execution.account.functions.payloads.values() for each in all_of]
    assert max(_size(each) for each in [*payloads, output]) < MAX_PAYLOAD


def test_the_largest_input_fails_by_the_pipelines_own_name(execution: ScenarioExecution) -> None:
    given = {"manifest": f"s3://{BUCKET}/labeling/none", "label_attribute": "x" * 261_900}
    assert _size(given) < MAX_PAYLOAD
    assert len(execution.start(given).failed(ManifestNotReadable)) <= 32_768


def _manifest_with_classes(names: list[str], images_each: int) -> bytes:
    return manifest_of(
        *(
            any_record(
                0,
                any_box(class_id=class_id),
                metadata={"class-map": {str(class_id): name}},
                source__ref=LAYOUT.uri(f"images/{again}-{class_id}.jpg"),
            )
            for again in range(images_each)
            for class_id, name in enumerate(names)
        )
    )


def _size(document: object) -> int:
    return len(json.dumps(document, ensure_ascii=False).encode())
