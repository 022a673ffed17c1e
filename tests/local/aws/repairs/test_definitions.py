"""Definitions of state machines that Step Functions refuses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.aws.map_states import distributed
from tests.local.aws.probes import callback
from tests.local.aws.sandbox import Sandbox


@pytest.mark.parametrize(
    ("state", "problem"),
    [
        ({"Type": "Pass", "Next": "Nowhere"}, "MISSING_TRANSITION_TARGET"),
        ({"Type": "Pass"}, "either Next or End"),
        ({"Type": "Pass", "End": True, "ResultPath": "$.a"}, "ResultPath is not a field"),
        ({"Type": "Task", "End": True}, "a Task has a Resource"),
        ({"Type": "Walk", "End": True}, "unknown Type"),
        ({"Type": "Pass", "End": True, "Output": "{% $sum( %}"}, "INVALID_JSONATA"),
    ],
)
def test_a_definition_step_functions_refuses_is_refused(
    sandbox: Sandbox, state: dict[str, object], problem: str
) -> None:
    with pytest.raises(ClientError, match=problem) as refused:
        sandbox.machine({"State": state})
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"Label": ""}, "Label has 1 to 40 characters"),
        ({"Label": "a" * 41}, "Label has 1 to 40 characters"),
        ({"Label": "a?"}, "a character that labels cannot have"),
        ({"Label": "a\x95"}, "a character that labels cannot have"),
        ({"ResultWriter": {}}, "ResultWriter has neither"),
        ({"ResultWriter": {"Resource": "r", "Parameters": {}}}, "Parameters is not a field"),
        ({"ItemReader": {"Resource": "r", "Parameters": {}}}, "Parameters is not a field"),
        ({"ItemBatcher": {"BatchInput": 1}}, "ItemBatcher limits neither"),
        ({"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED"}}}, "ExecutionType is"),
    ],
)
def test_a_distributed_map_step_functions_refuses_is_refused(
    sandbox: Sandbox, changed: dict[str, object], problem: str
) -> None:
    """Labels: LocalStack's snapshots ``test_map_state_label_*_fail`` (2024-07-20)."""
    with pytest.raises(ClientError, match=problem) as refused:
        sandbox.machine({"State": distributed() | changed})
    assert refused.value.response["Error"]["Code"] == "InvalidDefinition"


def test_an_inline_map_has_no_fields_of_a_distributed_one(sandbox: Sandbox) -> None:
    state = distributed(ToleratedFailureCount=1)
    state["ItemProcessor"] = state["ItemProcessor"] | {"ProcessorConfig": {"Mode": "INLINE"}}
    with pytest.raises(ClientError, match="ToleratedFailureCount needs the Mode DISTRIBUTED"):
        sandbox.machine({"State": state})


def test_an_express_child_cannot_wait_for_a_callback(sandbox: Sandbox) -> None:
    state = distributed()
    waits = {"StartAt": "Ask", "States": {"Ask": callback("function", {})}}
    state["ItemProcessor"] = state["ItemProcessor"] | waits
    with pytest.raises(ClientError, match="Ask waits, which an EXPRESS child cannot"):
        sandbox.machine({"State": state})
