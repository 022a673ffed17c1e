"""SageMaker's model registry: the versions of one group."""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdas.adapters import clients
from lambdas.adapters.aws_errors import code, message, transient_faults_named
from lambdas.errors import ModelRegistrationRefused, ServiceUnavailable


class SageMakerModelRegistry:
    """Implements ``lambdas.registry.registration.ModelRegistry``."""

    def __init__(self, group: str) -> None:
        self._group = group

    def newest_approved(self) -> str | None:
        """Return the ARN of the approved version that was created last; None without one."""
        pages = (
            clients.sagemaker()
            .get_paginator("list_model_packages")
            .paginate(
                ModelPackageGroupName=self._group,
                ModelApprovalStatus="Approved",
                SortBy="CreationTime",
                SortOrder="Descending",
                PaginationConfig={"PageSize": 10},
            )
        )
        with transient_faults_named():
            try:
                found = (each for page in pages for each in page["ModelPackageSummaryList"])
                newest = next(found, None)
            except ClientError as error:
                if _is_not_there(error):
                    return None
                raise
        return newest["ModelPackageArn"] if newest else None

    def describe(self, arn: str) -> Mapping[str, Any] | None:
        """Return the DescribeModelPackage response of a version; None where it was deleted."""
        with transient_faults_named():
            try:
                return dict(clients.sagemaker().describe_model_package(ModelPackageName=arn))
            except ClientError as error:
                if _is_not_there(error):
                    return None
                raise

    def create_group(self, description: str) -> None:
        """Create the group unless it is there.

        Raises:
            ModelRegistrationRefused: it is not, and SageMaker does not create it.
        """
        with transient_faults_named():
            try:
                clients.sagemaker().create_model_package_group(
                    ModelPackageGroupName=self._group, ModelPackageGroupDescription=description
                )
            except ClientError as error:
                # The reference names no error for a group that is there: so it is looked for.
                if not self._group_exists():
                    raise _refusal(error) from error

    def create(self, request: Mapping[str, Any]) -> str:
        """Create a version, or find the one that the same ClientToken has created; its ARN.

        Raises:
            ModelRegistrationRefused: SageMaker does not take it.
        """
        with transient_faults_named():
            try:
                created = clients.sagemaker().create_model_package(
                    ModelPackageGroupName=self._group, **request
                )
            except ClientError as error:
                raise _refusal(error) from error
        return created["ModelPackageArn"]

    def set_approval(self, arn: str, status: str, reason: str) -> None:
        """Set whether a version may be deployed, and why.

        Raises:
            ModelRegistrationRefused: SageMaker does not do it.
        """
        with transient_faults_named():
            try:
                clients.sagemaker().update_model_package(
                    ModelPackageArn=arn,
                    ModelApprovalStatus=status,  # type: ignore[arg-type]
                    ApprovalDescription=reason,
                )
            except ClientError as error:
                raise _refusal(error) from error

    def _group_exists(self) -> bool:
        try:
            clients.sagemaker().describe_model_package_group(ModelPackageGroupName=self._group)
        except ClientError as error:
            if _is_not_there(error):
                return False
            raise
        return True


def _is_not_there(error: ClientError) -> bool:
    """Tell by the words: a missing group is a ``ValidationException`` to SageMaker.

    ``ModelPackageGroup arn:… does not exist.``, as DescribeModelPackageGroup was seen to answer
    (getmoto/moto, pull request 7246).
    """
    return code(error) == "ResourceNotFound" or (
        code(error) == "ValidationException"
        and any(words in message(error) for words in ("does not exist", "not found"))
    )


def _refusal(error: ClientError) -> Exception:
    """Whatever is not meant to pass; a conflict is with a change that is under way."""
    said = message(error)
    if code(error) == "ConflictException":
        return ServiceUnavailable(f"{error.operation_name}: {said}")
    if code(error) in ("ValidationException", "AccessDeniedException", "ResourceLimitExceeded"):
        return ModelRegistrationRefused(f"SageMaker refuses {error.operation_name}: {said}")
    return error
