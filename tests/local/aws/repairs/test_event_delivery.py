"""Events of the embedded AWS: what rules may do, where failures go, how delivery may go wrong."""

from __future__ import annotations

import json
from typing import Any

from local.aws.embedded_aws import EmbeddedAws
from local.aws.event_bus import Event
from tests.local.aws.probes import SOURCE
from tests.local.aws.sandbox import Sandbox, allow, document, eventually, unique


def received(sandbox: Sandbox, url: str, count: int) -> list[int]:
    """The numbers of `count` events, in the order of their delivery."""
    return [json.loads(sandbox.message(url)["Body"])["detail"]["n"] for _ in range(count)]


def nothing_in(sandbox: Sandbox, url: str) -> bool:
    return "Messages" not in sandbox.sqs.receive_message(QueueUrl=url, WaitTimeSeconds=0)


def emit(aws: EmbeddedAws, detail_type: str, *numbers: int) -> None:
    for number in numbers:
        aws.events.emit("aws.test", detail_type, {"n": number})


def attributes(message: dict[str, Any]) -> dict[str, str]:
    return {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}


def permit(sandbox: Sandbox, function: str, rule: str) -> None:
    sandbox.functions.add_permission(
        FunctionName=function,
        StatementId=unique("statement"),
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
        SourceArn=rule,
    )


def test_a_rule_needs_the_permission_of_the_function_it_invokes(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    detail_type, function = unique("Test Event"), sandbox.function(SOURCE)
    url, queue = sandbox.queue("events.amazonaws.com")
    rule = sandbox.rule(
        {"detail-type": [detail_type]}, Arn=function, DeadLetterConfig={"Arn": queue}
    )
    permit(sandbox, function, rule + "-other")
    emit(aws, detail_type, 1)
    message = sandbox.message(url)
    assert json.loads(message["Body"])["detail"] == {"n": 1}
    found = attributes(message)
    assert (found["RULE_ARN"], found["TARGET_ARN"]) == (rule, function)
    assert found["ERROR_CODE"] == "NO_PERMISSIONS"


def test_an_event_for_a_function_that_is_gone_goes_to_the_dead_letter_queue_of_the_target(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    detail_type, url_and_arn = unique("Test Event"), sandbox.queue("events.amazonaws.com")
    missing = "arn:aws:lambda:us-east-1:000000000000:function:no-such-function"
    dead_letters = {"Arn": url_and_arn[1]}
    sandbox.rule({"detail-type": [detail_type]}, Arn=missing, DeadLetterConfig=dead_letters)
    emit(aws, detail_type, 1)
    assert attributes(sandbox.message(url_and_arn[0]))["ERROR_CODE"] == "RESOURCE_NOT_FOUND"


def test_a_function_that_fails_is_retried_twice_and_then_its_own_dead_letter_queue_has_the_event(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    detail_type, (url, queue) = unique("Test Event"), sandbox.queue()
    function = sandbox.function(SOURCE, DeadLetterConfig={"TargetArn": queue})
    rule = sandbox.rule(
        {"detail-type": [detail_type]}, Arn=function, Input=json.dumps({"do": "raise"})
    )
    permit(sandbox, function, rule)
    emit(aws, detail_type, 1)
    message = sandbox.message(url)
    assert json.loads(message["Body"]) == {"do": "raise"}
    assert attributes(message)["ErrorMessage"] == "line 3 has no source-ref"
    group = f"/aws/lambda/{function.split(':')[-1]}"
    logged = aws.client("logs").filter_log_events(logGroupName=group)["events"]
    assert [e["message"] for e in logged if e["message"].startswith("called")] == [
        "called 1",
        "called 2",
        "called 3",
    ]


def test_a_function_needs_permission_to_send_to_its_dead_letter_queue(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    url, queue = sandbox.queue()
    role = sandbox.role("lambda.amazonaws.com", allow("logs:*", "*"))
    function = sandbox.function(SOURCE, role=role, DeadLetterConfig={"TargetArn": queue})
    sandbox.functions.invoke(
        FunctionName=function, InvocationType="Event", Payload=b'{"do": "raise"}'
    )

    def refused() -> bool:
        decisions = [d for d in aws.decisions if d.action == "sqs:SendMessage"]
        return any(d.resource == queue and not d.allowed for d in decisions)

    eventually(refused)
    assert nothing_in(sandbox, url)


def test_a_rule_needs_the_policy_of_the_queue_it_sends_to(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    detail_type, (url, queue) = unique("Test Event"), sandbox.queue("sns.amazonaws.com")
    sandbox.rule({"detail-type": [detail_type]}, Arn=queue)
    emit(aws, detail_type, 1)
    assert nothing_in(sandbox, url)


def test_a_condition_on_the_source_of_an_event_is_kept(sandbox: Sandbox, aws: EmbeddedAws) -> None:
    detail_type, (url, queue) = unique("Test Event"), sandbox.queue()
    rule = sandbox.rule({"detail-type": [detail_type]}, Arn=queue)
    for number, source in enumerate((rule + "-other", rule)):
        statement = allow("sqs:SendMessage", queue) | {
            "Principal": {"Service": "events.amazonaws.com"},
            "Condition": {"ArnEquals": {"aws:SourceArn": source}},
        }
        policy = json.dumps(document(statement))
        sandbox.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        emit(aws, detail_type, number)
    assert received(sandbox, url, 1) == [1]


def test_an_object_created_event_has_the_raw_key_and_the_version(
    sandbox: Sandbox, aws: EmbeddedAws
) -> None:
    bucket, key = unique("bucket"), "labeling/a b/ü+1.manifest"
    sandbox.s3.create_bucket(Bucket=bucket)
    sandbox.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    sandbox.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    version = sandbox.s3.put_object(Bucket=bucket, Key=key, Body=b"1")["VersionId"]

    def created() -> list[Event]:
        events = aws.events.sent("Object Created")
        return [event for event in events if event.detail["bucket"]["name"] == bucket]

    detail = eventually(created)[0].detail
    assert detail["object"]["key"] == key
    assert detail["object"]["version-id"] == version
    assert {"size", "etag", "sequencer"} <= set(detail["object"])
