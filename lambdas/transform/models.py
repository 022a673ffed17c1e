"""The models that transform jobs run, and their end: each is there for one job alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from lambdas.jobs.ports import Executions, Jobs
from lambdas.jobs.runs import is_execution_of


@dataclass(frozen=True, slots=True)
class Model:
    """A Model entity of SageMaker; the transform job that it is there for has its name."""

    name: str
    arn: str


class Models(Protocol):
    """SageMaker's models; raises ``ServiceUnavailable`` as the ports of ``lambdas.jobs`` do."""

    def create(self, request: Mapping[str, Any]) -> None:
        """Create a model; harmless where one of this name exists.

        Raises ``ResourceLimitExceeded`` or ``TransformRequestRefused``.
        """

    def named(self, part: str) -> Iterable[Model]:
        """Return the account's models with these characters in their name."""

    def execution_of(self, model: Model) -> str | None:
        """Return the ARN of the execution that a model's tag names; None where it has none."""

    def delete(self, name: str) -> None:
        """Delete a model; harmless where it is gone."""


def delete_models_of_the_past(
    state_machine_arn: str, prefix: str, *, models: Models, jobs: Jobs, executions: Executions
) -> list[str]:
    """Delete this state machine's models that no transform job will need; return their names.

    A model costs nothing: it is deleted here alone, some time after its job has ended, so that no
    order of events leaves one behind. One whose job is yet to come is left while its execution
    runs, and so is one whose job runs.
    """
    deleted = []
    for model in models.named(f"{prefix}-"):
        execution = models.execution_of(model)
        if execution is None or not is_execution_of(execution, state_machine_arn):
            continue
        job = jobs.describe(model.name)
        needed = executions.runs(execution).is_running if job is None else not job.has_ended
        if not needed:
            models.delete(model.name)
            deleted.append(model.name)
    return deleted
