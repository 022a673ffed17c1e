"""SageMaker's models in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdas.transform.models import Model


@dataclass
class MemoryModels:
    created: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)
    refusal: Exception | None = None

    def create(self, request: Mapping[str, Any]) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.created.setdefault(request["ModelName"], request)

    def named(self, part: str) -> list[Model]:
        return [Model(name, arn=name) for name in self.created if part in name]

    def execution_of(self, model: Model) -> str | None:
        tags = self.created[model.name].get("Tags", [])
        return next((tag["Value"] for tag in tags), None)

    def delete(self, name: str) -> None:
        self.deleted.append(name)
        del self.created[name]
