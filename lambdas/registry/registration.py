"""Registering a model: one version for each training job, however often the step runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from lambdas.errors import ModelRegistrationRefused, ServiceUnavailable
from lambdas.messages.evaluation import Evaluated, Gate
from lambdas.messages.job import Bill
from lambdas.messages.outcome import Outcome
from lambdas.registry.gate import Approval

LONGEST_REASON = 1_024


class ModelRegistry(Protocol):
    """The group of the pipeline's models.

    Every method raises ``errors.ServiceUnavailable`` where the same call may succeed later, and
    those that change something ``errors.ModelRegistrationRefused``.
    """

    def newest_approved(self) -> str | None:
        """Return the ARN of the approved version that was created last; None without one."""

    def describe(self, arn: str) -> Mapping[str, Any] | None:
        """Return the DescribeModelPackage response of a version; None where it was deleted."""

    def create_group(self, description: str) -> None:
        """Create the group unless it is there."""

    def create(self, request: Mapping[str, Any]) -> str:
        """Create a version, or find the one that the same ClientToken has created; its ARN."""

    def set_approval(self, arn: str, status: str, reason: str) -> None:
        """Set whether a version may be deployed, and why."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A version in the registry, and its approval."""

    arn: str
    approval: str


def registered_before(written: Outcome | None, outcome: Outcome) -> str | None:
    """Return the ARN of the version that an earlier try registered, where it wrote it down."""
    if written is None or (written.training_job, written.execution) != (
        outcome.training_job,
        outcome.execution,
    ):
        return None
    return written.model_package


def register(
    registry: ModelRegistry,
    request: Mapping[str, Any],
    approval: Approval,
    reason: str,
    *,
    registered_before: str | None,
) -> Registered:
    """Register a model and set its approval; the version of an earlier try is taken up.

    A version is created pending and only then approved or rejected: a redrive with other settings
    judges the same version anew. One that is approved stays so: a person has looked at it.

    Args:
        registry: the group of the pipeline's models.
        request: for CreateModelPackage.
        approval: what the gate says.
        reason: why, in words.
        registered_before: ARN of the version of an earlier try, where it came to tell.
    """
    description = registry.describe(registered_before) if registered_before else None
    if description is None:
        registry.create_group("Object detectors that the training pipeline made")
        arn = registry.create(request)
        description = registry.describe(arn)
        if description is None:
            raise ServiceUnavailable(f"{arn} exists but cannot be described yet")
    arn, now = description["ModelPackageArn"], description["ModelApprovalStatus"]
    if description["ModelPackageStatus"] == "Failed":
        raise ModelRegistrationRefused(
            f"{arn} failed: {description.get('ModelPackageStatusDetails')}"
        )
    if now in ("Approved", approval):
        return Registered(arn, now)
    registry.set_approval(arn, approval, reason[:LONGEST_REASON])
    return Registered(arn, approval)


def with_evaluation(
    outcome: Outcome, found: Evaluated, gate: Gate, version: Registered, paid: Sequence[Bill]
) -> Outcome:
    """Complete an outcome: figures, verdict, version, and what running the models cost."""
    every = [*outcome.bills, *paid]
    return msgspec.structs.replace(
        outcome,
        bills=every,
        billable_instance_seconds=sum(each.instance_seconds for each in every),
        evaluation=found,
        gate=gate,
        model_package=version.arn,
        approval=version.approval,
    )
