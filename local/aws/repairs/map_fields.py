"""Evaluates the fields of a Distributed Map state, in the state's query language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.aws.repairs.patching import ministack


@dataclass(frozen=True, slots=True)
class MapFields:
    """A Map state with the input and the context that its fields are evaluated with."""

    state: dict[str, Any]
    data: Any
    context: dict[str, Any]

    @property
    def processor(self) -> dict[str, Any]:
        """The states that each child execution runs, and how."""
        processor: dict[str, Any] = self.state.get("ItemProcessor") or self.state["Iterator"]
        return processor

    @property
    def is_jsonata(self) -> bool:
        """Whether expressions are JSONata; else they are JSONPath."""
        language = ministack("services.stepfunctions")._state_query_language
        return bool(language(self.state, self.context) == "JSONata")

    def items(self) -> Any:
        """Return the items of the state's input."""
        service = ministack("services.stepfunctions")
        if not self.is_jsonata:
            path = self.state.get("ItemsPath", "$")
            return service._resolve_path_or_ctx(path, self._selected_input(), self.context)
        if "Items" not in self.state:
            return self.data
        return service._jsonata_state_field(self.state, "Items", "array", self.data, self.context)

    def arguments(self, owner: Mapping[str, Any]) -> dict[str, Any]:
        """Evaluate ``Arguments``, or the ``Parameters`` of JSONPath, of a reader or writer."""
        arguments: dict[str, Any] = self.template(
            owner.get("Arguments") or owner.get("Parameters") or {}
        )
        return arguments

    def selected(self, index: int, item: Any) -> Any:
        """Apply the ItemSelector to one item."""
        selector = self.state.get("ItemSelector") or self.state.get("Parameters")
        if not selector:
            return item
        of_item = {**self.context, "Map": {"Item": {"Index": index, "Value": item}}}
        return MapFields(self.state, self.data, of_item).template(selector)

    def template(self, value: Any) -> Any:
        """Evaluate the expressions in a value."""
        service = ministack("services.stepfunctions")
        if self.is_jsonata:
            return service._apply_jsonata_template(value, self.data, self.context)
        return service._resolve_params_obj(value, self._selected_input(), self.context)

    def whole_number(self, owner: Mapping[str, Any], name: str) -> int | None:
        """Evaluate a field that counts something; None if absent.

        Raises:
            _ExecutionError: it is not a whole number.
        """
        value = self._number(owner, name, "integer", int)
        return None if value is None else int(value)

    def number(self, owner: Mapping[str, Any], name: str) -> float | None:
        """Evaluate a field that measures something; None if absent.

        Raises:
            _ExecutionError: it is not a number.
        """
        value = self._number(owner, name, "float", int | float)
        return None if value is None else float(value)

    def _number(self, owner: Mapping[str, Any], name: str, kind: str, accepted: Any) -> Any:
        """Word a refusal after LocalStack's snapshot ``test_map_state_tolerated_failure_*_path``.

        (2024-06-19.)
        """
        service = ministack("services.stepfunctions")
        value, path = owner.get(name), owner.get(f"{name}Path")
        if path is not None:
            value = service._resolve_path_or_ctx(path, self._selected_input(), self.context)
        elif self.is_jsonata and isinstance(value, str):
            value = service._jsonata_state_field(owner, name, "number", self.data, self.context)
        if value is None and path is None:
            return None
        if isinstance(value, bool) or not isinstance(value, accepted):
            shown = value if isinstance(value, str) else json.dumps(value)
            raise service._ExecutionError(
                "States.Runtime",
                f'The {name}Path field refers to value "{shown}" which is not a valid {kind}: '
                f"{path}",
            )
        return value

    def _selected_input(self) -> Any:
        return ministack("services.stepfunctions")._apply_input_path(
            self.state, self.data, self.context
        )
