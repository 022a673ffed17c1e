"""Assign, Output, Choice, Wait and the context object as AWS answered: LocalStack's snapshots."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.aws.probes import SOURCE, task
from tests.local.aws.recordings.histories import history
from tests.local.aws.sandbox import Sandbox

END: dict[str, Any] = {"Type": "Pass", "End": True}


@pytest.mark.parametrize("condition", [True, False])
def test_assign_in_a_choice(sandbox: Sandbox, condition: bool) -> None:
    """``test_assign_in_choice``, 2024-12-27."""
    choice = {
        "Type": "Choice",
        "Choices": [
            {
                "Condition": "{% $states.input.condition %}",
                "Next": "Then",
                "Assign": {"Assignment": "Condition assignment"},
            }
        ],
        "Default": "Else",
        "Assign": {"Assignment": "Default Assignment"},
    }
    ended = sandbox.run({"ChoiceState": choice, "Then": END, "Else": END}, {"condition": condition})
    text = "Condition assignment" if condition else "Default Assignment"
    assert history(sandbox, ended["executionArn"])[1:4] == [
        (2, 0, "ChoiceStateEntered", {"input": {"condition": condition}, "name": "ChoiceState"}),
        (
            3,
            2,
            "ChoiceStateExited",
            {
                "assignedVariables": {"Assignment": f'"{text}"'},
                "name": "ChoiceState",
                "output": {"condition": condition},
            },
        ),
        (
            4,
            3,
            "PassStateEntered",
            {"input": {"condition": condition}, "name": "Then" if condition else "Else"},
        ),
    ]


@pytest.mark.parametrize("condition", [True, False])
def test_output_of_a_choice(sandbox: Sandbox, condition: bool) -> None:
    """``test_output_in_choice``, 2026-02-19."""
    choice = {
        "Type": "Choice",
        "Choices": [
            {
                "Condition": "{% $states.input.condition %}",
                "Next": "Then",
                "Output": "Condition Output block",
            }
        ],
        "Default": "Else",
        "Output": "Default Output block",
    }
    ended = sandbox.run({"ChoiceState": choice, "Then": END, "Else": END}, {"condition": condition})
    text = "Condition Output block" if condition else "Default Output block"
    assert json.loads(ended["output"]) == text


@pytest.mark.parametrize("output", [None, 0, 0.1, True, "literal", [], [1, "text", {"a": [None]}]])
def test_output_that_is_not_an_object(sandbox: Sandbox, output: Any) -> None:
    """``test_base_output_any_non_dict``, 2026-02-19."""
    ended = sandbox.run({"State0": {**END, "Output": output}})
    assert ended["output"] == json.dumps(output, separators=(",", ":"))


def test_output_of_a_lambda_task(sandbox: Sandbox) -> None:
    """``test_base_task_lambda[BASE_TASK_LAMBDA]``, 2026-02-19."""
    payload = {"input_value": "string literal", "input_values": [1, 2, 3]}
    output = {"input": "{% $states.input %}", "result": "{% $states.result %}"}
    ended = sandbox.run(
        {"State0": {**task(sandbox.function(SOURCE), payload), "Output": output}}, {"given": 1}
    )
    found = json.loads(ended["output"])
    assert found["input"] == {"given": 1}
    assert found["result"]["Payload"]["event"] == payload
    assert found["result"]["StatusCode"] == 200


def test_variables_are_assigned_from_the_values_of_before(sandbox: Sandbox) -> None:
    """Step Functions developer guide, workflow-variables.html, "Evaluation order"."""
    ended = sandbox.run(
        {
            "Before": {"Type": "Pass", "Assign": {"theQuestion": "What?"}, "Next": "State0"},
            "State0": {
                "Type": "Pass",
                "Assign": {
                    "theQuestion": "{% $theQuestion & '!' %}",
                    "answer": "{% $theQuestion %}",
                },
                "Output": "{% $theQuestion %}",
                "Next": "After",
            },
            "After": {
                **END,
                "Output": ["{% $states.input %}", "{% $theQuestion %}", "{% $answer %}"],
            },
        }
    )
    assert json.loads(ended["output"]) == ["What?", "What?!", "What?"]


def test_a_variable_of_a_branch_is_not_seen_after_it(sandbox: Sandbox) -> None:
    """``test_base_parallel_cases[BASE_SCOPE_PARALLEL]``, 2024-11-04."""
    branch = {"Assign": {"inner": "{% $outer & ', in the branch' %}"}, "Next": "In"}
    parallel = {
        "Type": "Parallel",
        "Branches": [
            {
                "StartAt": "Branch",
                "States": {
                    "Branch": {"Type": "Pass", **branch},
                    "In": {**END, "Output": "{% $inner %}"},
                },
            }
        ],
        "Next": "After",
    }
    ended = sandbox.run(
        {
            "Before": {"Type": "Pass", "Assign": {"outer": "outer"}, "Next": "Parallel"},
            "Parallel": parallel,
            "After": {**END, "Output": ["{% $states.input %}", "{% $exists($inner) %}"]},
        }
    )
    assert json.loads(ended["output"]) == [["outer, in the branch"], False]


def test_a_wait_in_seconds(sandbox: Sandbox) -> None:
    """``test_wait_seconds_jsonata``, 2024-11-13."""
    wait = {"Type": "Wait", "Seconds": "{% $states.input.waitSeconds %}", "End": True}
    ended = sandbox.run({"WaitState": wait}, {"waitSeconds": 0})
    data = {"waitSeconds": 0}
    assert history(sandbox, ended["executionArn"])[1:] == [
        (2, 0, "WaitStateEntered", {"input": data, "name": "WaitState"}),
        (3, 2, "WaitStateExited", {"name": "WaitState", "output": data}),
        (4, 3, "ExecutionSucceeded", {"output": data}),
    ]


def test_the_context_object(sandbox: Sandbox) -> None:
    """``test_input_path[$$]``, 2024-09-11."""
    parts = ("Execution", "StateMachine", "State")
    output = {part: f"{{% $states.context.{part} %}}" for part in parts}
    ended = sandbox.run({"TestState": {**END, "Output": output}}, {"input-value": 0})
    found = json.loads(ended["output"])
    moments = [found["Execution"].pop("StartTime"), found["State"].pop("EnteredTime")]
    assert all(moment.endswith("Z") and "T" in moment for moment in moments)
    assert found == {
        "Execution": {
            "Id": ended["executionArn"],
            "Input": {"input-value": 0},
            "Name": ended["name"],
            "RoleArn": found["Execution"]["RoleArn"],
            "RedriveCount": 0,
        },
        "StateMachine": {
            "Id": ended["stateMachineArn"],
            "Name": ended["stateMachineArn"].rpartition(":")[2],
        },
        "State": {"Name": "TestState"},
    }
