"""Decides, by the account's IAM policies, what one AWS service may do on behalf of another.

ministack checks the policies of requests that reach its HTTP endpoint. What one of its services
does inside another (a state machine invoking a function, a rule invoking a target) passes no
endpoint; the repairs ask here instead.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from local.aws.repairs.patching import ministack


@dataclass(frozen=True, slots=True)
class Decision:
    """One question put to IAM and its answer; the same question asked again is the same value."""

    principal: str
    action: str
    resource: str
    allowed: bool


class Authorizer:
    """Answers what roles may do, and remembers every distinct answer."""

    def __init__(self) -> None:
        self.decisions: set[Decision] = set()

    def role_allows(self, role_arn: str, session: str, action: str, resource: str) -> bool:
        """Return whether the role's policies and boundary allow an action on a resource."""
        evaluator, iam = ministack("core.iam_evaluator"), ministack("services.iam")
        name, account = role_name(role_arn), role_arn.split(":")[4]
        policies = evaluator._gather_role_policies(name, account)
        limits = evaluator._permissions_boundary(iam._roles, name, account)
        principal = session_arn(role_arn, session)
        question = _question(evaluator, principal, action, resource, {})
        allowed = evaluator.evaluate(question, policies, *limits).decision == "Allow"
        self.decisions.add(Decision(principal, action, resource, allowed))
        return bool(allowed)


def role_name(role_arn: str) -> str:
    """Return the name of a role, without its path."""
    return role_arn.rsplit("/", 1)[-1]


def session_arn(role_arn: str, session: str) -> str:
    """Return the ARN of the principal that a service is once it has assumed a role."""
    account = role_arn.split(":")[4]
    return f"arn:aws:sts::{account}:assumed-role/{role_name(role_arn)}/{session}"


def service_may_assume(service: str, role_arn: str, source_arn: str) -> bool:
    """Return whether a role exists and its trust policy lets the service assume it.

    ``source_arn`` is the resource on whose behalf the service asks: aws:SourceArn, and its account
    aws:SourceAccount.
    """
    iam = ministack("services.iam")
    role = iam._roles.get(role_name(role_arn))
    if role is None:
        return False
    policy = role["AssumeRolePolicyDocument"]
    return service_allowed(
        json.loads(policy) if isinstance(policy, str) else policy,
        service,
        "sts:AssumeRole",
        "*",
        {"aws:sourcearn": source_arn, "aws:sourceaccount": source_arn.split(":")[4]},
    )


def service_allowed(
    policy: dict[str, Any] | str | None,
    service: str,
    action: str,
    resource: str,
    context: dict[str, Any],
) -> bool:
    """Return whether a resource's own policy lets a service such as events.amazonaws.com act."""
    evaluator = ministack("core.iam_evaluator")
    document = json.loads(policy) if isinstance(policy, str) and policy else policy or {}
    statements = [
        {**statement, "Resource": statement.get("Resource", "*")}
        for statement in document.get("Statement", [])
    ]
    question = _question(evaluator, "*", action, resource, context)
    result = evaluator.evaluate_resource_policy(
        {"Statement": statements}, question, service=service
    )
    return bool(result.decision == "Allow")


def role_credentials(role_arn: str, session: str) -> dict[str, str]:
    """Open a session of the role; return its keys, in the names boto3 takes them by.

    Whatever is done with them is checked against the role's policies.
    """
    digest = hashlib.sha256(f"{role_arn}/{session}".encode()).hexdigest()
    key, secret, token = f"ASIA{digest[:16].upper()}", digest, digest[::-1]
    ministack("services.sts").register_session(
        key,
        {
            "Arn": session_arn(role_arn, session),
            "UserId": f"{role_name(role_arn)}:{session}",
            "SecretAccessKey": secret,
            "SessionToken": token,
        },
    )
    return {
        "aws_access_key_id": key,
        "aws_secret_access_key": secret,
        "aws_session_token": token,
    }


def denial(principal: str, action: str, resource: str) -> str:
    """Word a refusal as IAM does."""
    return (
        f"User: {principal} is not authorized to perform: {action} on resource: {resource} "
        f"because no identity-based policy allows the {action} action"
    )


def _question(
    evaluator: Any, principal: str, action: str, resource: str, context: dict[str, Any]
) -> Any:
    return evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=principal.split(":")[4] if ":" in principal else "",
        action=action,
        resource_arn=resource,
        region=ministack("core.responses").get_region(),
        secure_transport=True,
        service_context={key.lower(): value for key, value in context.items()},
    )
