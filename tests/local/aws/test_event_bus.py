"""Faults of event delivery: lost, repeated, late, out of order."""

from __future__ import annotations

import json

import pytest

from local.aws.embedded_aws import EmbeddedAws
from local.aws.event_bus import matching
from tests.local.aws.sandbox import Sandbox, unique


@pytest.fixture
def seen(sandbox: Sandbox) -> tuple[str, str]:
    """A detail type of the test's own, and the queue that a rule delivers its events to."""
    detail_type = unique("Test Event")
    url, arn = sandbox.queue("events.amazonaws.com")
    sandbox.rule({"detail-type": [detail_type]}, Arn=arn)
    return detail_type, url


def received(sandbox: Sandbox, url: str, count: int) -> list[int]:
    """The numbers of `count` events, in the order of their delivery."""
    return [json.loads(sandbox.message(url)["Body"])["detail"]["n"] for _ in range(count)]


def nothing_in(sandbox: Sandbox, url: str) -> bool:
    return "Messages" not in sandbox.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)


def emit(aws: EmbeddedAws, detail_type: str, *numbers: int) -> None:
    for number in numbers:
        aws.events.emit("aws.test", detail_type, {"n": number})


def test_an_event_is_delivered_once_when_nothing_goes_wrong(
    sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]
) -> None:
    emit(aws, seen[0], 1, 2)
    assert received(sandbox, seen[1], 2) == [1, 2]
    assert nothing_in(sandbox, seen[1])


def test_an_event_can_be_lost(sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]) -> None:
    aws.events.drop(matching(seen[0], n=1))
    emit(aws, seen[0], 1, 2, 1)
    assert received(sandbox, seen[1], 2) == [2, 1]
    assert [event.detail["n"] for event in aws.events.sent(seen[0])] == [1, 2, 1]


def test_an_event_can_be_delivered_many_times(
    sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]
) -> None:
    aws.events.duplicate(matching(seen[0]), copies=3)
    emit(aws, seen[0], 1, 2)
    assert received(sandbox, seen[1], 4) == [1, 1, 1, 2]


def test_an_event_can_be_late(sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]) -> None:
    held = aws.events.hold(matching(seen[0]), times=1)
    emit(aws, seen[0], 1, 2)
    held.release()
    assert received(sandbox, seen[1], 2) == [2, 1]


def test_events_can_be_delivered_out_of_order(
    sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]
) -> None:
    held = aws.events.hold(matching(seen[0]), times=3)
    emit(aws, seen[0], 1, 2, 3)
    assert nothing_in(sandbox, seen[1])
    held.release(reverse=True)
    assert received(sandbox, seen[1], 3) == [3, 2, 1]


def test_an_event_that_was_sent_can_be_delivered_again(
    sandbox: Sandbox, aws: EmbeddedAws, seen: tuple[str, str]
) -> None:
    emit(aws, seen[0], 1)
    aws.events.deliver_again(aws.events.sent(seen[0])[-1])
    ids = {json.loads(sandbox.message(seen[1])["Body"])["id"] for _ in range(2)}
    assert len(ids) == 2
