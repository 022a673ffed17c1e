"""What sets one kind of SageMaker job apart from another, as far as the protocols ask."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.errors import PipelineError
from lambdas.jobs.description import Description
from lambdas.jobs.verdict import Verdict
from lambdas.messages.job import Bill, Job


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job: what it is called, and pure functions of its requests and descriptions."""

    api: str
    """How its operations and their members begin in SageMaker's API, such as ``Training``."""
    noun: str
    """What people call it, such as ``training job``."""
    is_same: Callable[[Mapping[str, Any], Description], bool]
    """Tells whether an existing job is the one that a request asks for."""
    judge: Callable[[Description, Job], Verdict | None]
    """Returns how a job ended, by what was asked for; None while it has not."""
    bill: Callable[[Description], Bill]
    """Returns what SageMaker bills for a job."""
    gone: type[PipelineError]
    """The failure of an execution whose job somebody deleted."""
    name_taken: type[PipelineError]
    """The failure of an execution that finds another job under the name of its own."""
    refused: type[PipelineError]
    """The failure of an execution whose request SageMaker does not take."""

    @property
    def records(self) -> str:
        """How the files begin in which an execution records its jobs of this kind."""
        return f"{self.noun.replace(' ', '-')}s"
