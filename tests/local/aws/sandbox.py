"""Short ways for the tests of `local` to put things into the embedded AWS."""

from __future__ import annotations

import io
import json
import textwrap
import time
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.aws.embedded_aws import EmbeddedAws

CLOCK_SPEED = 300.0


@dataclass
class Sandbox:
    """Makes roles, functions and state machines under names of their own."""

    aws: EmbeddedAws

    def __post_init__(self) -> None:
        self.s3 = self.aws.client("s3")
        self.states = self.aws.client("stepfunctions")
        self.functions = self.aws.client("lambda")
        self.sqs = self.aws.client("sqs")
        self.events = self.aws.client("events")
        self.iam = self.aws.client("iam")
        self.sagemaker = self.aws.client("sagemaker")
        self.bucket = unique("bucket")
        self.s3.create_bucket(Bucket=self.bucket)

    def role(self, service: str, *statements: dict[str, Any]) -> str:
        """A role that `service` may assume, with these statements as its policy."""
        name = unique("role")
        trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
        arn: str = self.iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust))
        )["Role"]["Arn"]
        if statements:
            self.iam.put_role_policy(
                RoleName=name,
                PolicyName="p",
                PolicyDocument=json.dumps(document(*statements)),
            )
        return arn

    def function(
        self, source: str, *, role: str | None = None, timeout: int = 20, **options: Any
    ) -> str:
        """A function whose module is `source`, with a handler named `handler`; returns its ARN."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("lambdas/probe.py", textwrap.dedent(source))
            archive.writestr("lambdas/__init__.py", "")
        arn: str = self.functions.create_function(
            FunctionName=unique("function"),
            Runtime="python3.13",
            Architectures=["arm64"],
            Handler="lambdas.probe.handler",
            Role=role or self.role("lambda.amazonaws.com", allow("*", "*")),
            Code={"ZipFile": packed.getvalue()},
            Timeout=timeout,
            **options,
        )["FunctionArn"]
        eventually(
            lambda: self.functions.get_function_configuration(FunctionName=arn)["State"] == "Active"
        )
        return arn

    def machine(
        self,
        states: dict[str, Any],
        *,
        invokes: str | None = "*",
        language: str = "JSONata",
        **members: Any,
    ) -> str:
        """A state machine that starts at the first state; its role may invoke `invokes`."""
        statements = [allow("lambda:InvokeFunction", invokes)] if invokes else []
        definition = {
            "QueryLanguage": language,
            "StartAt": next(iter(states)),
            "States": states,
            **members,
        }
        arn: str = self.states.create_state_machine(
            name=unique("machine"),
            definition=json.dumps(definition),
            roleArn=self.role("states.amazonaws.com", *statements),
        )["stateMachineArn"]
        return arn

    def permit(self, machine: str, *statements: dict[str, Any]) -> str:
        """Let the role of a state machine do these things, too; returns the state machine."""
        role = self.states.describe_state_machine(stateMachineArn=machine)["roleArn"]
        self.iam.put_role_policy(
            RoleName=role.split("/")[-1],
            PolicyName=unique("policy"),
            PolicyDocument=json.dumps(document(*statements)),
        )
        return machine

    def start(self, machine: str, given: Any = None, **options: Any) -> str:
        """Start an execution; returns its ARN."""
        arn: str = self.states.start_execution(
            stateMachineArn=machine,
            input=json.dumps({} if given is None else given, ensure_ascii=False),
            **options,
        )["executionArn"]
        return arn

    def outcome(self, execution: str) -> dict[str, Any]:
        """The description of an execution that has ended."""

        def ended() -> dict[str, Any] | None:
            described: dict[str, Any] = self.states.describe_execution(executionArn=execution)
            return described if described["status"] != "RUNNING" else None

        found: dict[str, Any] = eventually(ended)
        return found

    def run(self, states: dict[str, Any], given: Any = None, **members: Any) -> dict[str, Any]:
        """Run a state machine to its end."""
        return self.outcome(self.start(self.machine(states, **members), given))

    def history(self, execution: str) -> list[str]:
        """The types of an execution's history events."""
        events = self.states.get_execution_history(executionArn=execution)["events"]
        return [event["type"] for event in events]

    def object(self, key: str) -> str | None:
        """The text of an object in the sandbox's bucket, or None."""
        try:
            body: bytes = self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self.s3.exceptions.NoSuchKey:
            return None
        return body.decode()

    def queue(self, *services: str) -> tuple[str, str]:
        """A queue these services may send to; its URL and ARN."""
        url = self.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        if services:
            statement = allow("sqs:SendMessage", arn) | {"Principal": {"Service": list(services)}}
            self.sqs.set_queue_attributes(
                QueueUrl=url, Attributes={"Policy": json.dumps(document(statement))}
            )
        return url, arn

    def message(self, queue_url: str) -> dict[str, Any]:
        """The next message of a queue, as soon as there is one."""

        def received() -> list[dict[str, Any]]:
            answer = self.sqs.receive_message(
                QueueUrl=queue_url, WaitTimeSeconds=1, MessageAttributeNames=["All"]
            )
            return list(answer.get("Messages", []))

        message: dict[str, Any] = eventually(received)[0]
        return message

    def rule(self, pattern: dict[str, Any], **target: Any) -> str:
        """A rule on the default bus with one target; returns its ARN."""
        name = unique("rule")
        arn: str = self.events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
        self.events.put_targets(Rule=name, Targets=[{"Id": "target", **target}])
        return arn


def unique(kind: str) -> str:
    """A name that nothing else has."""
    return f"{kind}-{uuid.uuid4().hex[:10]}"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str, resource: str) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def eventually(probe: Callable[[], Any], timeout: float = 120.0) -> Any:
    """The first truthy answer of a probe; asserts that there is one, however slow the machine."""
    deadline = time.monotonic() + timeout
    while not (answer := probe()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert answer, f"nothing within {timeout} s"
    return answer
