"""Dead letters are processed once more; none is lost, whatever goes wrong."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cli.dead_letters import Account, DeployedPipeline, replay
from cli.deployed_stack import StackNotUsable
from cli.main import main

STATE_CHANGE = "SageMaker Training Job State Change"
ROUTES = {"Object Created": "arn:aws:lambda:eu-west-1:1:function:start"}


def refusal(operation: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, operation)


@dataclass
class Queue:
    """A queue of SQS: what is received is hidden until it is deleted or shown again."""

    messages: dict[str, str]
    hidden: set[str] = field(default_factory=set)
    deletable: bool = True

    def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
        visible = [name for name in self.messages if name not in self.hidden]
        batch = visible[:MaxNumberOfMessages]
        self.hidden |= set(batch)
        if not batch:
            return {}
        return {
            "Messages": [
                {"MessageId": name, "ReceiptHandle": name, "Body": self.messages[name]}
                for name in batch
            ]
        }

    def delete_message(self, ReceiptHandle: str, **_: Any) -> None:  # noqa: N803
        if not self.deletable:
            raise refusal("DeleteMessage", "gone")
        del self.messages[ReceiptHandle]
        self.hidden.discard(ReceiptHandle)

    def change_message_visibility(self, ReceiptHandle: str, **_: Any) -> None:  # noqa: N803
        self.hidden.discard(ReceiptHandle)


@dataclass
class Functions:
    """Functions of Lambda that do what ``answer`` says."""

    answer: Callable[[dict[str, Any]], dict[str, Any]] = lambda _: {}
    invoked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803
        event = json.loads(Payload)
        self.invoked.append((FunctionName, event))
        return self.answer(event)


def event(key: str = "labeling/dogs", detail_type: str = "Object Created") -> str:
    return json.dumps({"detail-type": detail_type, "detail": {"object": {"key": key}}})


def failing(event: dict[str, Any]) -> dict[str, Any]:
    problem = {"errorType": "ServiceUnavailable", "errorMessage": "still broken"}
    return {"FunctionError": "Unhandled", "Payload": io.BytesIO(json.dumps(problem).encode())}


def account(queue: Queue, functions: Functions) -> Account:
    return Account(cloudformation=None, events=None, functions=functions, sqs=queue)


PIPELINE = DeployedPipeline("https://queue", ROUTES)


def test_an_event_goes_to_the_function_of_its_rule_and_is_deleted() -> None:
    queue, functions = Queue({"1": event()}), Functions()

    (result,) = replay(account(queue, functions), PIPELINE)

    assert result.failure == ""
    assert (result.subject, result.function) == ("Object Created labeling/dogs", "start")
    assert functions.invoked == [(ROUTES["Object Created"], json.loads(event()))]
    assert queue.messages == {}


def test_an_event_that_fails_again_is_left_visible_with_its_reason() -> None:
    queue = Queue({"1": event()})

    (result,) = replay(account(queue, Functions(failing)), PIPELINE)

    assert result.failure == "ServiceUnavailable: still broken"
    assert list(queue.messages) == ["1"]
    assert queue.hidden == set()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no JSON", "no event"),
        ("[1]", "no event"),
        ("{}", "no event"),
        (event(detail_type=STATE_CHANGE), "no rule"),
    ],
)
def test_what_no_function_is_there_for_is_left(body: str, reason: str) -> None:
    queue, functions = Queue({"1": body}), Functions()

    (result,) = replay(account(queue, functions), PIPELINE)

    assert reason in result.failure
    assert list(queue.messages) == ["1"]
    assert functions.invoked == []


def test_every_message_is_tried_once_however_many_there_are() -> None:
    queue = Queue({str(number): event(f"labeling/{number}") for number in range(25)})
    functions = Functions(lambda each: failing(each) if "/1" in str(each) else {})

    results = list(replay(account(queue, functions), PIPELINE))

    assert len(results) == len(functions.invoked) == 25
    assert len(queue.messages) == sum(bool(each.failure) for each in results) == 11
    assert queue.hidden == set()


def test_messages_that_come_back_while_others_are_processed_end_the_run() -> None:
    class Forgetful(Queue):
        def receive_message(self, MaxNumberOfMessages: int, **_: Any) -> dict[str, Any]:  # noqa: N803
            self.hidden.clear()
            return super().receive_message(MaxNumberOfMessages)

    queue, functions = Forgetful({"1": event()}), Functions(failing)

    assert len(list(replay(account(queue, functions), PIPELINE))) == 1


def test_nothing_is_lost_if_the_command_dies_in_between() -> None:
    def dying(event: dict[str, Any]) -> dict[str, Any]:
        raise KeyboardInterrupt

    queue = Queue({str(number): event() for number in range(3)})

    with pytest.raises(KeyboardInterrupt):
        list(replay(account(queue, Functions(dying)), PIPELINE))

    assert len(queue.messages) == 3
    assert queue.hidden == set()


def test_a_message_that_cannot_be_deleted_stays() -> None:
    queue = Queue({"1": event()}, deletable=False)

    with pytest.raises(ClientError):
        list(replay(account(queue, Functions()), PIPELINE))

    assert queue.hidden == set()


@dataclass
class Stacks:
    """CloudFormation with one stack, whose resources include two rules."""

    outputs: dict[str, str]

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName != "Mine":
            raise refusal("DescribeStacks", f"Stack with id {StackName} does not exist")
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in self.outputs.items()]
        return {"Stacks": [{"Outputs": outputs}]}

    def get_paginator(self, _: str) -> "Stacks":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [
            {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::S3::Bucket", "PhysicalResourceId": "bucket"},
                    {"ResourceType": "AWS::Events::Rule", "PhysicalResourceId": "Written"},
                ]
            },
            {
                "StackResourceSummaries": [
                    {"ResourceType": "AWS::Events::Rule", "PhysicalResourceId": "Reconcile"}
                ]
            },
        ]


class Rules:
    """EventBridge with a rule that has a pattern and one that has a schedule."""

    def describe_rule(self, Name: str) -> dict[str, str]:  # noqa: N803
        pattern = json.dumps({"detail-type": ["Object Created"]})
        return {"Written": {"EventPattern": pattern}}.get(Name, {"ScheduleExpression": "rate(1 d)"})

    def list_targets_by_rule(self, Rule: str) -> dict[str, Any]:  # noqa: N803
        return {"Targets": [{"Arn": f"function of {Rule}"}]}


def deployed(outputs: dict[str, str], queue: Queue | None = None) -> Account:
    return Account(Stacks(outputs), Rules(), Functions(), queue or Queue({}))


def test_queue_and_functions_are_found_in_the_stack() -> None:
    pipeline = DeployedPipeline.find(deployed({"DeadLetterQueueUrl": "https://q"}), "Mine")

    assert pipeline == DeployedPipeline(
        "https://q",
        {"Object Created": "function of Written", "Scheduled Event": "function of Reconcile"},
    )


@pytest.mark.parametrize(
    ("stack", "reason"), [("Other", "does not exist"), ("Mine", "no training pipeline")]
)
def test_a_stack_that_is_no_pipeline_is_refused(stack: str, reason: str) -> None:
    with pytest.raises(StackNotUsable, match=reason):
        DeployedPipeline.find(deployed({}), stack)


@pytest.mark.parametrize(
    ("stack", "messages", "status"),
    [
        ("Mine", {}, 0),
        ("Mine", {"1": event()}, 0),
        ("Mine", {"1": "no event"}, 1),
        ("Other", {"1": event()}, 2),
    ],
)
def test_the_exit_status_says_whether_anything_is_left(
    monkeypatch: pytest.MonkeyPatch, stack: str, messages: dict[str, str], status: int
) -> None:
    here = deployed({"DeadLetterQueueUrl": "https://q"}, Queue(messages))
    monkeypatch.setattr(Account, "of_environment", lambda: here)

    assert main(["replay", "--stack", stack]) == status


def test_an_event_prints_one_line_whatever_is_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = {"1": event("labeling/\x1b[2J\n[red]dogs\u202e")}
    here = deployed({"DeadLetterQueueUrl": "https://q"}, Queue(messages))
    monkeypatch.setattr(Account, "of_environment", lambda: here)

    main(["replay", "--stack", "Mine"])

    first, *rest = capsys.readouterr().out.splitlines()
    assert "[red]dogs" in first
    assert first.isprintable()
    assert rest == ["1 replayed, 0 left in the queue"]
