"""What the image states say in JSONata means the same to its reference implementation.

moto's interpreter knows neither Express children nor ItemBatcher nor JSONL, so that its executions
are of the pipeline without image checks.
"""

import json
from typing import Any

from lambdas.contract import BucketLayout, State
from tests.infrastructure.templates import Template
from tests.second_interpreter.reference_jsonata import ReferenceJsonata

STATES: dict[str, Any] = {
    "input": {
        "dataset": {"images": {"key": "executions/dogs/images.jsonl", "version_id": "v1"}},
        "attempt": 0,
    },
    "context": {"Execution": {"Name": "dogs", "Input": {"manifest": "s3://b/m"}}},
    "result": {"Payload": {"classes": ["dog"]}},
}


def evaluated(jsonata: ReferenceJsonata, value: Any) -> Any:
    """A field of a state with its expressions evaluated."""
    if isinstance(value, dict):
        return {name: evaluated(jsonata, each) for name, each in value.items()}
    if isinstance(value, str) and value.startswith("{%"):
        expression = value.removeprefix("{%").removesuffix("%}")
        return jsonata.evaluate(f"($states := {json.dumps(STATES)}; {expression})")
    return value


def test_the_map_reads_the_list_of_this_execution_and_writes_beside_it(
    template: Template, jsonata: ReferenceJsonata
) -> None:
    check = template.state_machine()["States"][State.CHECK_IMAGES]
    assert evaluated(jsonata, check["ItemReader"]["Arguments"]) == {
        "Bucket": "<Bucket>",
        "Key": "executions/dogs/images.jsonl",
        "VersionId": "v1",
    }
    written = evaluated(jsonata, check["ResultWriter"]["Arguments"])["Prefix"]
    assert f"{written}/" == BucketLayout("any").image_checks("dogs")
    assert evaluated(jsonata, check["ItemBatcher"]["BatchInput"]) == {"execution": "dogs"}
    assert evaluated(jsonata, check["Output"]) == STATES["input"]


def test_a_batch_is_handed_on_as_it_is_even_of_one_image(
    template: Template, jsonata: ReferenceJsonata
) -> None:
    check = template.state_machine()["States"][State.CHECK_IMAGES]
    (batch,) = check["ItemProcessor"]["States"].values()
    assert evaluated(jsonata, batch["Arguments"]["Payload"]) == STATES["input"]
    assert evaluated(jsonata, batch["Output"]) == {"classes": ["dog"]}


def test_the_smaller_data_set_takes_the_place_of_the_one_before(
    template: Template, jsonata: ReferenceJsonata
) -> None:
    set_aside = template.state_machine()["States"][State.SET_IMAGES_ASIDE]
    assert evaluated(jsonata, set_aside["Arguments"]["Payload"]) == {
        "dataset": STATES["input"]["dataset"],
        "request": {"manifest": "s3://b/m"},
        "execution": "dogs",
    }
    assert evaluated(jsonata, set_aside["Output"]) == {
        "dataset": {"classes": ["dog"]},
        "attempt": 0,
    }
