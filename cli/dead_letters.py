"""The dead-letter queue of a deployed pipeline, and how its events are processed once more."""

import contextlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from cli.deployed_stack import stack_output

QUEUE_OUTPUT = "DeadLetterQueueUrl"
SCHEDULED = "Scheduled Event"
"""``detail-type`` of the events of rules that have a schedule instead of a pattern."""

BATCH = 10
"""The most messages that ReceiveMessage gives at once."""

LONGEST_FUNCTION_SECONDS = 900
"""Lambda's limit (Lambda developer guide, gettingstarted-limits.html)."""

HIDDEN_SECONDS = BATCH * LONGEST_FUNCTION_SECONDS
"""Nobody else may take up a message while its batch is processed. Should this command be killed,
what it has not processed is back in the queue after that."""


@dataclass(frozen=True, slots=True)
class Account:
    """The services of the account that are asked; clients of boto3."""

    cloudformation: Any
    events: Any
    functions: Any
    sqs: Any

    @classmethod
    def of_environment(cls) -> Self:
        """Return the account and region of the environment's credentials."""
        session = boto3.Session()
        # boto3 would lose patience after a minute and invoke the function again.
        once = Config(read_timeout=LONGEST_FUNCTION_SECONDS, retries={"total_max_attempts": 1})
        return cls(
            session.client("cloudformation"),
            session.client("events"),
            session.client("lambda", config=once),
            session.client("sqs"),
        )


@dataclass(frozen=True, slots=True)
class DeployedPipeline:
    """What the stack says about itself."""

    queue_url: str
    functions: Mapping[str, str]
    """ARN of the function by the ``detail-type`` of the events that its rule sends to it."""

    @classmethod
    def find(cls, account: Account, stack: str) -> Self:
        """Look a stack up; raises ``StackNotUsable`` where it is no deployed pipeline."""
        queue_url = stack_output(account.cloudformation, stack, QUEUE_OUTPUT)
        pages = account.cloudformation.get_paginator("list_stack_resources").paginate(
            StackName=stack
        )
        rules = (
            each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == "AWS::Events::Rule"
        )
        functions = {
            detail_type: function
            for rule in rules
            for detail_type, function in _routes(account.events, rule.rpartition("/")[2])
        }
        return cls(queue_url, functions)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one message; ``failure`` is empty where it was processed and deleted."""

    subject: str
    function: str
    failure: str


def replay(account: Account, pipeline: DeployedPipeline) -> Iterator[Replayed]:
    """Process the queue's messages, each once; those that fail are back in the queue at the end.

    A message is deleted only after its function has returned without an error. The functions may
    be given an event twice, so that one more time does no harm.
    """
    left: list[str] = []
    seen: set[str] = set()
    try:
        while batch := _receive(account.sqs, pipeline.queue_url):
            left += [each["ReceiptHandle"] for each in batch]
            fresh = [each for each in batch if each["MessageId"] not in seen]
            if not fresh:
                return
            seen |= {each["MessageId"] for each in fresh}
            for message in fresh:
                result = _process(account, pipeline, message["Body"])
                if not result.failure:
                    handle = message["ReceiptHandle"]
                    account.sqs.delete_message(QueueUrl=pipeline.queue_url, ReceiptHandle=handle)
                    left.remove(handle)
                yield result
    finally:
        for handle in left:
            with contextlib.suppress(ClientError):  # it is back by itself, only later
                account.sqs.change_message_visibility(
                    QueueUrl=pipeline.queue_url, ReceiptHandle=handle, VisibilityTimeout=0
                )


def _routes(events: Any, rule: str) -> Iterator[tuple[str, str]]:
    described = events.describe_rule(Name=rule)
    pattern = json.loads(described.get("EventPattern") or "{}")
    for target in events.list_targets_by_rule(Rule=rule)["Targets"]:
        for detail_type in pattern.get("detail-type", [SCHEDULED]):
            yield detail_type, target["Arn"]


def _receive(sqs: Any, queue_url: str) -> list[Mapping[str, str]]:
    # Waiting, if only a second, asks all servers of the queue; else an answer may be empty
    # although there are messages (SQS developer guide, short and long polling).
    answer = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=BATCH,
        VisibilityTimeout=HIDDEN_SECONDS,
        WaitTimeSeconds=1,
    )
    messages: list[Mapping[str, str]] = answer.get("Messages", [])
    return messages


def _process(account: Account, pipeline: DeployedPipeline, body: str) -> Replayed:
    try:
        event = json.loads(body)
        detail_type = str(event["detail-type"])
    except (ValueError, TypeError, KeyError):
        return Replayed(f"{body[:60]!r}", "", "this is no event of EventBridge")
    subject = f"{event.get('time', '')} {detail_type} {_about(event.get('detail'))}".strip()
    function = pipeline.functions.get(detail_type)
    if function is None:
        return Replayed(subject, "", "no rule of the stack sends such events to a function")
    failure = _invoke(account.functions, function, body)
    return Replayed(subject, function.rpartition(":")[2], failure)


def _about(detail: object) -> str:
    """Return what a person knows an event by: an S3 key, a job's or an execution's name."""
    if not isinstance(detail, dict):
        return ""
    written = detail.get("object")
    key = written.get("key") if isinstance(written, dict) else None
    return str(key or detail.get("TrainingJobName") or detail.get("name") or "")


def _invoke(functions: Any, function: str, body: str) -> str:
    """Return why the function failed; empty where it did not."""
    try:
        answer = functions.invoke(FunctionName=function, Payload=body.encode())
    except ClientError as error:
        return str(error)
    if "FunctionError" not in answer:
        return ""
    try:
        problem = json.loads(answer["Payload"].read())
        return f"{problem.get('errorType', 'error')}: {problem.get('errorMessage', '')}"
    except (ValueError, AttributeError):
        return str(answer["FunctionError"])
