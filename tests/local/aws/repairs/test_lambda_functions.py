"""Functions of the embedded AWS: their environment, their failures, their permissions."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from typing import Any

import pytest

from local.aws.clock import Clock
from local.aws.embedded_aws import EmbeddedAws
from local.aws.repairs.asynchronous_invocations import AsynchronousInvocations
from local.aws.repairs.patching import ministack
from tests.local.aws.probes import SOURCE
from tests.local.aws.sandbox import Sandbox, allow, unique


def invoke(sandbox: Sandbox, function: str, event: Any = None) -> Any:
    answer = sandbox.functions.invoke(FunctionName=function, Payload=json.dumps(event or {}))
    return json.loads(answer["Payload"].read())


def test_a_function_stays_warm_after_it_raised(sandbox: Sandbox) -> None:
    function = sandbox.function(SOURCE)
    first = invoke(sandbox, function)["pid"]
    failed = sandbox.functions.invoke(FunctionName=function, Payload=b'{"do": "raise"}')
    assert failed["FunctionError"] == "Unhandled"
    assert invoke(sandbox, function)["pid"] == first


def test_a_function_starts_anew_after_it_died(sandbox: Sandbox) -> None:
    function = sandbox.function(SOURCE)
    first = invoke(sandbox, function)["pid"]
    assert invoke(sandbox, function, {"do": "exit"})["errorType"] == "Runtime.ExitError"
    assert invoke(sandbox, function)["pid"] != first


@pytest.mark.parametrize("may_log", [True, False])
def test_a_function_logs_only_when_its_role_may(
    sandbox: Sandbox, aws: EmbeddedAws, may_log: bool
) -> None:
    role = sandbox.role("lambda.amazonaws.com", allow("logs:*" if may_log else "s3:*", "*"))
    function = sandbox.function(SOURCE, role=role)
    invoke(sandbox, function)
    group = f"/aws/lambda/{function.split(':')[-1]}"
    groups = aws.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert bool(groups) == may_log


def test_a_function_without_permission_is_denied(sandbox: Sandbox, aws: EmbeddedAws) -> None:
    source = f"""
        import boto3, botocore.exceptions
        def handler(event, context):
            s3 = boto3.client("s3")
            try:
                s3.put_object(Bucket="{sandbox.bucket}", Key=event["key"], Body=b"")
            except botocore.exceptions.ClientError as error:
                return error.response["Error"]["Code"]
            return "written"
    """
    statement = allow("s3:PutObject", f"arn:aws:s3:::{sandbox.bucket}/mine/*")
    role = sandbox.role("lambda.amazonaws.com", statement)
    function = sandbox.function(source, role=role)
    assert invoke(sandbox, function, {"key": "mine/a"}) == "written"
    assert invoke(sandbox, function, {"key": "other/a"}) == "AccessDenied"
    decided = {
        (d.resource, d.allowed) for d in aws.decisions if d.principal.endswith(function[-10:])
    }
    assert (f"arn:aws:s3:::{sandbox.bucket}/mine/a", True) in decided
    assert (f"arn:aws:s3:::{sandbox.bucket}/other/a", False) in decided


def test_a_bucket_that_refuses_plain_http_can_be_used(sandbox: Sandbox, aws: EmbeddedAws) -> None:
    bucket = unique("bucket")
    sandbox.s3.create_bucket(Bucket=bucket)
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    sandbox.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [deny]}))
    function = sandbox.function(
        f"""
        import boto3
        def handler(event, context):
            boto3.client("s3").put_object(Bucket="{bucket}", Key="k", Body=b"")
            return "written"
        """
    )
    assert invoke(sandbox, function) == "written"


def test_the_packages_of_the_host_come_before_a_layer_built_for_another_machine(
    sandbox: Sandbox,
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        packages = "python/lib/python3.13/site-packages"
        archive.writestr(f"{packages}/msgspec/__init__.py", "raise ImportError('wrong machine')")
        archive.writestr(f"{packages}/only_in_the_layer.py", "NAME = 'layer'")
    layer = sandbox.functions.publish_layer_version(
        LayerName=unique("layer"), Content={"ZipFile": packed.getvalue()}
    )["LayerVersionArn"]
    function = sandbox.function(
        """
        import msgspec, only_in_the_layer
        def handler(event, context):
            return [msgspec.json.encode(1).decode(), only_in_the_layer.NAME]
        """,
        Layers=[layer],
    )
    assert invoke(sandbox, function) == ["1", "layer"]


def test_a_failed_invocation_is_not_retried_in_the_next_embedded_aws(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried, events = threading.Event(), []

    def fail(_function: object, event: object) -> dict[str, bool]:
        events.append(event)
        tried.set()
        return {"error": True}

    monkeypatch.setattr(ministack("services.lambda_svc"), "_execute_function", fail)
    invocations = AsynchronousInvocations(Clock(speed=60.0))
    arn = f"arn:aws:lambda:{aws.region}:{aws.account}:function:f"
    invocations._invoke({"config": {"FunctionArn": arn, "FunctionName": "f"}}, "event")
    assert tried.wait(10)

    invocations.stop()

    assert events == ["event"]
    assert invocations._threads == set()
