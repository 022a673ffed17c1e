"""A version that the registry failed to make, and how much it is told of the verdict."""

from typing import Any

import pytest

from lambdas.errors import ModelRegistrationRefused, ServiceUnavailable
from lambdas.messages.evaluation import Gate
from lambdas.messages.job import Bill
from lambdas.registry.registration import Registered, register, with_evaluation
from tests.unit.jobs.factories import any_evaluated, any_outcome

ARN = "arn:aws:sagemaker:us-east-1:111122223333:model-package/dogs/1"


class Registry:
    """One version, which is described by `version`."""

    def __init__(self, **version: Any) -> None:
        self.version: dict[str, Any] | None = {
            "ModelPackageArn": ARN,
            "ModelPackageStatus": "Completed",
            "ModelApprovalStatus": "PendingManualApproval",
            **version,
        }
        self.told: list[tuple[str, str, str]] = []

    def newest_approved(self) -> str | None:
        return None

    def describe(self, arn: str) -> dict[str, Any] | None:
        return self.version

    def create_group(self, description: str) -> None:
        """There is one."""

    def create(self, request: Any) -> str:
        return ARN

    def set_approval(self, arn: str, status: str, reason: str) -> None:
        self.told.append((arn, status, reason))


def test_a_version_that_sagemaker_failed_to_make_is_not_approved() -> None:
    registry = Registry(ModelPackageStatus="Failed", ModelPackageStatusDetails={"why": "no image"})

    with pytest.raises(ModelRegistrationRefused, match="no image"):
        register(registry, {}, "Approved", "good", registered_before=None)
    assert registry.told == []


def test_a_version_that_is_not_to_be_seen_yet_is_looked_at_again_later() -> None:
    registry = Registry()
    registry.version = None

    with pytest.raises(ServiceUnavailable, match=ARN):
        register(registry, {}, "Approved", "good", registered_before=None)


def test_the_reason_is_no_longer_than_the_registry_takes() -> None:
    registry = Registry()

    assert register(registry, {}, "Rejected", "x" * 2_000, registered_before=None) == Registered(
        ARN, "Rejected"
    )
    assert registry.told == [(ARN, "Rejected", "x" * 1_024)]


def test_a_version_that_waits_for_a_person_is_left_to_wait() -> None:
    registry = Registry()

    register(registry, {}, "PendingManualApproval", "good", registered_before=None)

    assert registry.told == []


def test_what_running_the_models_cost_is_added_to_what_training_did() -> None:
    training, transform = (
        Bill(
            job=job,
            instance_type="ml.c5.xlarge",
            instance_count=2,
            billable_seconds=seconds,
            training_seconds=seconds,
        )
        for job, seconds in (("training", 100), ("transform", 10))
    )
    outcome = any_outcome(bills=[training], billable_instance_seconds=200)

    completed = with_evaluation(
        outcome,
        any_evaluated(),
        Gate(passed=True, failures=[]),
        Registered(ARN, "Approved"),
        [transform],
    )

    assert completed.bills == [training, transform]
    assert completed.billable_instance_seconds == 220
    assert (completed.model_package, completed.approval) == (ARN, "Approved")
