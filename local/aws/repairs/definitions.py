"""Checks of a state machine's definition, which Step Functions makes before it accepts one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from local.aws.repairs.map_definitions import map_problems
from local.aws.repairs.patching import Patches, ministack

_TYPES = {"Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"}
_JSONPATH_FIELDS = ("InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector")
_JSONATA_FIELDS = ("Arguments", "Output")


class DefinitionChecks:
    """Refuses definitions that Step Functions refuses, also when CloudFormation creates them.

    Checked: every transition has a target, every state has a known type and a way on, Task states
    name a resource, no state mixes the fields of the two query languages, a Map in distributed mode
    is one.
    """

    def install(self, patches: Patches) -> None:
        """Put the checks in front of ministack's own."""
        service = ministack("services.stepfunctions")
        provisioners = ministack("services.cloudformation.provisioners")
        patches.wrap(service, "_validate_definition_jsonata", _also_structure)
        patches.replace(service, "_validate_state_machine_definition", _validate)
        patches.wrap(provisioners, "_sfn_definition", _checked)


def problems(machine: dict[str, Any], language: str = "JSONPath") -> Iterator[str]:
    """Yield what is wrong with a definition, one sentence each; nothing when it is right."""
    states = machine.get("States", {})
    language = machine.get("QueryLanguage", language)
    if machine.get("StartAt") not in states:
        yield f"MISSING_TRANSITION_TARGET: StartAt {machine.get('StartAt')!r} is not a state"
    for name, state in states.items():
        for problem in _state_problems(state, states, language):
            yield f"{problem} at /States/{name}"
        if state.get("Type") == "Map":
            for problem in map_problems(state, state.get("QueryLanguage", language)):
                yield f"{problem} at /States/{name}"
        for branch in _branches(state):
            yield from problems(branch, state.get("QueryLanguage", language))


def _state_problems(state: dict[str, Any], states: Any, language: str) -> Iterator[str]:
    kind = state.get("Type")
    if kind not in _TYPES:
        yield f"SCHEMA_VALIDATION_FAILED: unknown Type {kind!r}"
    for target in _targets(state):
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target}"
    goes_on = ("Next" in state) + ("End" in state)
    if kind not in ("Choice", "Succeed", "Fail") and goes_on != 1:
        yield "SCHEMA_VALIDATION_FAILED: a state has either Next or End"
    if kind == "Task" and not state.get("Resource"):
        yield "SCHEMA_VALIDATION_FAILED: a Task has a Resource"
    is_jsonata = state.get("QueryLanguage", language) == "JSONata"
    for field in _JSONPATH_FIELDS if is_jsonata else _JSONATA_FIELDS:
        if field in state:
            yield f"SCHEMA_VALIDATION_FAILED: {field} is not a field of this query language"


def _targets(state: dict[str, Any]) -> list[str]:
    rules = [state, *state.get("Choices", []), *state.get("Catch", [])]
    targets = [rule.get("Next") for rule in rules] + [state.get("Default")]
    return [target for target in targets if target is not None]


def _branches(state: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [state[name] for name in ("Iterator", "ItemProcessor") if name in state]
    return [*state.get("Branches", []), *inner]


def _first_problem(definition: str) -> str | None:
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return f"INVALID_JSON_DESCRIPTION: {error}"
    return next(problems(machine), None)


def _also_structure(original: Any, definition: Any) -> str | None:
    found: str | None = original(definition)
    if found is None and isinstance(definition, str):
        problem = _first_problem(definition)
        found = f"Invalid State Machine Definition: '{problem}'" if problem else None
    return found


def _checked(original: Any, properties: Any) -> str:
    service = ministack("services.stepfunctions")
    definition: str = original(properties)
    problem = service._validate_definition_jsonata(definition)
    if problem:
        raise ministack("services.cloudformation.provisioners")._sfn_handler_error(problem)
    return definition


def _validate(request: dict[str, Any]) -> Any:
    service = ministack("services.stepfunctions")
    problem = service._validate_definition_jsonata(request.get("definition"))
    diagnostics = (
        [{"severity": "ERROR", "code": "SCHEMA_VALIDATION_FAILED", "message": problem}]
        if problem
        else []
    )
    return service.json_response(
        {"result": "FAIL" if problem else "OK", "diagnostics": diagnostics}
    )
