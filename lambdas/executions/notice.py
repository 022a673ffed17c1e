"""What people hear of an execution: that it waits for a quota, or how it ended."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdas import errors
from lambdas.jobs.console import execution_url
from lambdas.messages.evaluation import Evaluated
from lambdas.messages.execution import Execution
from lambdas.registry.figures_text import figures_text
from lambdas.registry.registration import Registered

MAX_SUBJECT = 100
"""SNS: a subject has up to 100 ASCII characters."""

REDRIVE = "Redrive the execution when the cause is gone."

APPROVE = "Look at the evaluation, then approve or reject the version in the model registry."

REJECT = (
    "Look at the evaluation; reject the version in the model registry if it is not good enough."
)

NEXT_STEPS_OF_AWS = {
    "States.ExceedToleratedFailureThreshold": (
        "Open the Map Run of the failed state: the cause of a child execution says why its images "
        "could not be looked at. Redrive the execution when that is gone: only failed children run "
        "again."
    ),
}
"""After errors that Step Functions names, where the cause that comes with them says little."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A notification: its subject and its text."""

    subject: str
    text: str


def notice_of_end(
    description: Mapping[str, Any], stopped: Sequence[str], pages: Mapping[str, str]
) -> Notice:
    """Return what to tell of an ended execution and the jobs stopped for it, each with its kind.

    From DescribeExecution: the event itself has neither error nor cause. ``pages`` are the console
    pages of what the execution wrote for people to look at, by name.
    """
    error = description.get("error")
    lines = [f"Execution {description['name']} ended as {description['status']}."]
    if error:
        lines.append(f"Error: {error}")
    if description.get("cause"):
        lines.append(f"Cause: {plain_cause(description['cause'])}")
    lines += [f"The {job} was still running and has been stopped." for job in stopped]
    lines.append(f"Next: {_next_step(error)}")
    lines += _pages(pages)
    return _notice(
        f"execution {description['status']}: {description['name']}",
        lines,
        description["executionArn"],
    )


def notice_of_quota(execution: Execution, cause: str) -> Notice:
    """Return what to tell of an execution that goes on by itself once a quota is raised."""
    lines = [
        f"Execution {execution.name} waits: the account's quotas allow its next job on none of "
        "the instance types. It is asked for again for as long as the setting quota_retry_hours "
        "says.",
        f"Cause: {cause}",
    ]
    return _notice(f"execution waits for a quota: {execution.name}", lines, execution.arn)


def notice_of_model(
    execution: Execution,
    version: Registered,
    verdict: str,
    found: Evaluated,
    pages: Mapping[str, str],
) -> Notice:
    """Return what to tell of a model that is approved, or waits for a person to approve it.

    ``verdict`` is what the gate says in words. Of a rejected model ``notice_of_end`` tells: the
    cause of ``ModelBelowGate`` has its figures, verdict and version.
    """
    approved = version.approval == "Approved"
    what = "is approved" if approved else "waits for approval"
    lines = [
        f"Execution {execution.name} made a model that {what}.",
        f"Measured: {figures_text(found)}.",
        verdict,
        f"Next: {REJECT if approved else APPROVE}",
        f"Version: {version.arn}",
        *_pages(pages),
    ]
    return _notice(f"model {what}: {execution.name}", lines, execution.arn)


def plain_cause(cause: str) -> str:
    """Return a cause as a person reads it: that of a failed function is a JSON document."""
    try:
        document = json.loads(cause)
    except ValueError:
        return cause
    message = document.get("errorMessage") if isinstance(document, dict) else None
    return message if isinstance(message, str) and message else cause


def _pages(pages: Mapping[str, str]) -> list[str]:
    return [f"{name}: {url}" for name, url in pages.items()]


def _next_step(error: str | None) -> str:
    if error is None:
        return "If it was not meant to end, redrive it: it goes on from the state it was in."
    kind = getattr(errors, error, None)
    if isinstance(kind, type) and issubclass(kind, errors.PipelineError):
        return kind.next_step
    return NEXT_STEPS_OF_AWS.get(error, REDRIVE)


def _notice(subject: str, lines: Sequence[str], execution_arn: str) -> Notice:
    text = "\n".join([*lines, f"Graph: {execution_url(execution_arn)}"])
    ascii_only = f"Training pipeline: {subject}".encode("ascii", "replace").decode()
    return Notice(ascii_only[:MAX_SUBJECT], text)
