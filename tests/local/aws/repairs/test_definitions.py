"""Definitions of state machines that Step Functions refuses."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

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
