"""What the role of a state machine with a Distributed Map must be allowed to do."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.aws.embedded_aws import EmbeddedAws
from tests.local.aws.map_states import (
    distributed,
    json_lines,
    map_run,
    permissions,
    reader,
    run,
    writer,
)
from tests.local.aws.sandbox import Sandbox, allow, document

WRITER = ("PutObject", "GetObject", "ListMultipartUploadParts", "AbortMultipartUpload")


def outcome(sandbox: Sandbox, state: dict[str, Any], *missing: str) -> dict[str, Any]:
    """Run a Map with a role that lacks a permission."""
    machine = sandbox.machine({"Map": state})
    granted = permissions(sandbox, machine)
    sandbox.permit(
        machine,
        *(
            statement if action not in missing else allow("none:None", "*")
            for action, statement in granted.items()
        ),
    )
    return sandbox.outcome(sandbox.start(machine, ["a"]))


@pytest.mark.parametrize("action", ["states:StartExecution", "states:DescribeExecution"])
def test_the_role_must_be_allowed_its_children(sandbox: Sandbox, action: str) -> None:
    ended = outcome(sandbox, distributed(), action)
    assert ended["error"] == "States.Permissions"
    assert f"is not authorized to perform: {action} on resource" in ended["cause"]
    assert map_run(sandbox, ended["executionArn"])["status"] == "FAILED"


@pytest.mark.parametrize("action", ["s3:GetObject", "s3:GetObjectVersion"])
def test_the_role_must_be_allowed_to_read_the_version(sandbox: Sandbox, action: str) -> None:
    sandbox.s3.put_bucket_versioning(
        Bucket=sandbox.bucket, VersioningConfiguration={"Status": "Enabled"}
    )
    read = reader(sandbox, json_lines(["a"]))
    key = read["Arguments"]["Key"]
    if action == "s3:GetObjectVersion":
        found = sandbox.s3.head_object(Bucket=sandbox.bucket, Key=key)
        read["Arguments"]["VersionId"] = found["VersionId"]
    machine = sandbox.machine({"Map": distributed(ItemReader=read)})
    granted = permissions(sandbox, machine)
    objects = f"arn:aws:s3:::{sandbox.bucket}/*"
    other = {"s3:GetObject", "s3:GetObjectVersion"} - {action}
    sandbox.permit(machine, *list(granted.values())[:3], *(allow(name, objects) for name in other))
    ended = sandbox.outcome(sandbox.start(machine))
    assert ended["error"] == "States.ItemReaderFailed"
    assert "AccessDenied" in ended["cause"]
    sandbox.permit(machine, allow(action, objects))
    assert sandbox.outcome(sandbox.start(machine))["output"] == '["a"]'


@pytest.mark.parametrize("lacks", WRITER)
def test_the_role_must_be_allowed_to_write_before_a_child_is_started(
    sandbox: Sandbox, lacks: str
) -> None:
    machine = sandbox.machine({"Map": distributed(ResultWriter=writer(sandbox))})
    granted = permissions(sandbox, machine)
    objects = f"arn:aws:s3:::{sandbox.bucket}/*"
    kept = [allow(f"s3:{name}", objects) for name in WRITER if name != lacks]
    sandbox.permit(machine, *list(granted.values())[:3], *kept)
    ended = sandbox.outcome(sandbox.start(machine, ["a"]))
    assert ended["error"] == "States.ResultWriterFailed"
    assert f"s3:{lacks}" in ended["cause"]
    assert map_run(sandbox, ended["executionArn"])["itemCounts"]["total"] == 0


def test_a_policy_of_the_bucket_can_refuse_the_results(sandbox: Sandbox) -> None:
    write = writer(sandbox)
    prefix = write["Arguments"]["Prefix"]
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{sandbox.bucket}/{prefix}/*",
    }
    sandbox.s3.put_bucket_policy(Bucket=sandbox.bucket, Policy=json.dumps(document(deny)))
    try:
        ended = run(sandbox, distributed(ResultWriter=write), ["a"])
    finally:
        sandbox.s3.delete_bucket_policy(Bucket=sandbox.bucket)
    assert ended["error"] == "States.ResultWriterFailed"


@pytest.mark.parametrize(("kind", "redriven"), [("STANDARD", False), ("EXPRESS", True)])
def test_only_standard_children_are_redriven_by_the_role(
    sandbox: Sandbox, kind: str, redriven: bool
) -> None:
    ended = outcome(sandbox, distributed(kind), "states:RedriveExecution")
    assert ended["output"] == '["a"]'
    machine = sandbox.machine({"Map": distributed(kind)})
    granted = permissions(sandbox, machine)
    del granted["states:RedriveExecution"]
    sandbox.permit(machine, *granted.values())
    execution = sandbox.start(machine, ["fail"])
    assert sandbox.outcome(execution)["error"] == "States.ExceedToleratedFailureThreshold"
    sandbox.states.redrive_execution(executionArn=execution)
    again = sandbox.outcome(execution)
    expected = "States.ExceedToleratedFailureThreshold" if redriven else "States.Permissions"
    assert again["error"] == expected


def test_every_permission_of_a_map_is_among_the_decisions(
    aws: EmbeddedAws, sandbox: Sandbox
) -> None:
    run(sandbox, distributed(ResultWriter=writer(sandbox)), ["a"])
    asked = {decision.action for decision in aws.decisions if decision.allowed}
    wanted = {"states:StartExecution", "states:DescribeExecution", *(f"s3:{a}" for a in WRITER)}
    assert wanted <= asked


def test_a_permission_for_a_map_run_names_the_map_run(sandbox: Sandbox) -> None:
    ended = run(sandbox, distributed(), ["a"])
    arn = map_run(sandbox, ended["executionArn"])["mapRunArn"]
    describe = f"boto3.client('stepfunctions').describe_map_run(mapRunArn='{arn}')['status']"
    source = f"import boto3\ndef handler(event, context):\n    return {describe}\n"
    for resource, allowed in ((arn, True), (f"{arn}-other", False)):
        role = sandbox.role("lambda.amazonaws.com", allow("states:DescribeMapRun", resource))
        called = sandbox.functions.invoke(FunctionName=sandbox.function(source, role=role))
        assert ("FunctionError" not in called) == allowed
