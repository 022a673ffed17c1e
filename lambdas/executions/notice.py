"""What people hear of an execution that ended without a model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas.jobs.console import execution_url

MAX_SUBJECT = 100
"""SNS: a subject has up to 100 ASCII characters."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification: its subject and its text."""

    subject: str
    text: str


def notice_of_end(description: Mapping[str, Any], stopped: Sequence[str]) -> Notice:
    """Return what to tell of an ended execution and the training jobs stopped for it.

    From DescribeExecution: the event itself has neither error nor cause.
    """
    name, status = description["name"], description["status"]
    lines = [f"Execution {name} ended as {status}."]
    if description.get("error"):
        lines.append(f"Error: {description['error']}")
    if description.get("cause"):
        lines.append(f"Cause: {description['cause']}")
    lines += [f"Training job {job} was still running and has been stopped." for job in stopped]
    lines.append(f"Graph: {execution_url(description['executionArn'])}")
    subject = f"Training pipeline: execution {status}: {name}"
    return Notice(subject.encode("ascii", "replace").decode()[:MAX_SUBJECT], "\n".join(lines))
