"""A synthesized template, and the words in which the tests ask about it."""

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.settings.environments import STACK_NAME

PSEUDO_PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::StackName": STACK_NAME,
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True, slots=True)
class Template:
    """A template whose references are read as names: ``<Bucket>``, ``<Bucket.Arn>``."""

    folder: Path
    body: Mapping[str, Any]

    def of_type(self, resource_type: str) -> dict[str, Mapping[str, Any]]:
        """Return the resources of a type by their logical id without its hash."""
        return {
            _without_hash(name): resource
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == f"AWS::{resource_type}"
        }

    def only(self, resource_type: str) -> Mapping[str, Any]:
        """Return the properties of the one resource of a type."""
        (resource,) = self.of_type(resource_type).values()
        properties: Mapping[str, Any] = self.plain(resource["Properties"])
        return properties

    def functions(self) -> dict[str, Mapping[str, Any]]:
        """Return the functions' properties by the name of their module."""
        return {
            each["Properties"]["Handler"].split(".")[-2]: self.plain(each["Properties"])
            for each in self.of_type("Lambda::Function").values()
        }

    def statements(self, role: str) -> Iterator[Mapping[str, Any]]:
        """Yield the statements of all policies attached to a role, every list sorted."""
        for policy in self.of_type("IAM::Policy").values():
            properties = self.plain(policy["Properties"])
            if f"<{role}>" in properties["Roles"]:
                yield from properties["PolicyDocument"]["Statement"]

    def grants(self, role: str) -> set[str]:
        """Return ``action on resource`` of what a role may do, ``Deny …`` of what it may not."""
        return {
            f"{'' if statement['Effect'] == 'Allow' else 'Deny '}{action} on {resource}"
            for statement in self.statements(role)
            for action in _listed(statement["Action"])
            for resource in _listed(statement["Resource"])
        }

    def state_machine(self) -> dict[str, Any]:
        """Return the state machine's definition."""
        definition: dict[str, Any] = json.loads(
            self.only("StepFunctions::StateMachine")["DefinitionString"]
        )
        return definition

    def plain(self, value: Any) -> Any:
        """Return a value with its intrinsic functions resolved to text."""
        resolved: Any
        match value:
            case {"Ref": name}:
                resolved = PSEUDO_PARAMETERS.get(name, f"<{_without_hash(name)}>")
            case {"Fn::GetAtt": [name, attribute]}:
                resolved = f"<{_without_hash(name)}.{attribute}>"
            case {"Fn::Join": [separator, parts]}:
                resolved = separator.join(self.plain(parts))
            case {"Fn::FindInMap": path}:
                resolved = self._mapped(self.plain(path))
            case {"Fn::If": [condition, yes, no]}:
                resolved = self.plain(yes if self._holds(condition) else no)
            case dict():
                resolved = {key: self.plain(each) for key, each in value.items()}
            case list():
                resolved = [self.plain(each) for each in value]
            case _:
                resolved = value
        return resolved

    def _holds(self, condition: str) -> bool:
        left, right = self.plain(self.body["Conditions"][condition]["Fn::Equals"])
        return bool(left == right)

    def _mapped(self, path: list[str]) -> Any:
        return functools.reduce(lambda found, key: found[key], path, self.body["Mappings"])


def _without_hash(logical_id: str) -> str:
    return re.sub(r"[0-9A-F]{8}$", "", logical_id)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
