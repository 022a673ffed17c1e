"""How a job ended, as the execution that awaits it is told."""

from dataclasses import dataclass
from typing import Any

from lambdas.errors import PipelineError, Signal


@dataclass(frozen=True, slots=True)
class Completed:
    """The job completed; ``result`` answers the waiting step."""

    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failed:
    """The job ended without the result that was asked for."""

    error: type[PipelineError] | type[Signal]
    cause: str
    may_pass: bool = False
    """Whether SageMaker failed inside, so that the same job may succeed when it is run again."""


Verdict = Completed | Failed
