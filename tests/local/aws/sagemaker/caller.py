"""A caller of SageMaker who has exactly the permissions that a test gives."""

from __future__ import annotations

import json
from typing import Any

from tests.local.aws.sandbox import Sandbox, allow, document

_SOURCE = """
    import boto3, botocore.exceptions
    def handler(event, context):
        try:
            getattr(boto3.client("sagemaker"), event["action"])(**event["request"])
        except botocore.exceptions.ClientError as error:
            return error.response["Error"]
"""


class Caller:
    """A function whose permissions can be changed."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._role = sandbox.role("lambda.amazonaws.com")
        self._function = sandbox.function(_SOURCE, role=self._role)

    def call(
        self, action: str, request: dict[str, Any], *statements: dict[str, Any]
    ) -> dict[str, str] | None:
        """The error of a call with exactly these permissions; None if it was answered."""
        self._sandbox.iam.put_role_policy(
            RoleName=self._role.split("/")[-1],
            PolicyName="p",
            PolicyDocument=json.dumps(document(*statements)),
        )
        answer = self._sandbox.functions.invoke(
            FunctionName=self._function, Payload=json.dumps({"action": action, "request": request})
        )
        error: dict[str, str] | None = json.loads(answer["Payload"].read())
        return error


def passing(role: str, service: str) -> dict[str, Any]:
    """A statement that allows to pass a role to a service."""
    condition = {"StringEquals": {"iam:PassedToService": service}}
    return allow("iam:PassRole", role) | {"Condition": condition}


def where(statement: dict[str, Any], **keys: str) -> dict[str, Any]:
    """A statement that holds where SageMaker's condition keys have these values."""
    named = {f"sagemaker:{name}": value for name, value in keys.items()}
    return statement | {"Condition": {"StringEquals": named}}
