"""Deploying a cloud assembly without the cdk CLI."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from local.aws.deployment import Deployment, DeploymentFailed, zip_folder
from local.aws.embedded_aws import EmbeddedAws
from tests.local.aws.sandbox import document, unique

ASSETS = "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}"
TRUST = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)


def assembly(folder: Path, stack: str, text: str = "one", **resources: Any) -> Path:
    """A cloud assembly with one function, written as `cdk synth` writes it."""
    code = folder / "asset.code" / "lambdas"
    code.mkdir(parents=True, exist_ok=True)
    (code / "probe.py").write_text(f"def handler(event, context): return {text!r}")
    template: dict[str, Any] = {
        "Resources": {
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {"AssumeRolePolicyDocument": TRUST},
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.13",
                    "Handler": "lambdas.probe.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"S3Bucket": {"Fn::Sub": ASSETS}, "S3Key": f"{text}.zip"},
                },
            },
            **resources,
        },
        "Outputs": {"FunctionName": {"Value": {"Ref": "Function"}}},
    }
    assets = {
        "code": asset("asset.code", "zip", f"{text}.zip"),
        "template": asset(f"{stack}.template.json", "file", "template.json"),
    }
    (folder / f"{stack}.template.json").write_text(json.dumps(template))
    (folder / f"{stack}.assets.json").write_text(json.dumps({"files": assets}))
    return folder


def asset(path: str, packaging: str, key: str) -> dict[str, Any]:
    destination = {"bucketName": ASSETS, "objectKey": key}
    return {
        "source": {"path": path, "packaging": packaging},
        "destinations": {"current": destination},
    }


def deployment(aws: EmbeddedAws, folder: Path, stack: str) -> Deployment:
    return Deployment(folder, stack, aws.client, region=aws.region, account=aws.account)


def test_a_stack_is_created_updated_and_left_alone_when_nothing_changed(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    stack, answers = unique("Stack"), []
    for text in ("one", "two", "two"):
        outputs = deployment(aws, assembly(tmp_path, stack, text), stack).deploy()
        answer = aws.client("lambda").invoke(FunctionName=outputs["FunctionName"])
        answers.append(json.loads(answer["Payload"].read()))
    assert answers == ["one", "two", "two"]


def test_a_failed_deployment_names_the_resource_and_the_reason(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    stack = unique("Stack")
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
            "DefinitionString": json.dumps(
                {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Nowhere"}}}
            ),
        },
    }
    with pytest.raises(DeploymentFailed, match="Missing 'Next' target: Nowhere") as failed:
        deployment(aws, assembly(tmp_path, stack, Machine=machine), stack).deploy()
    assert "Machine" in {resource.logical_id for resource in failed.value.resources}


def test_a_zipped_folder_does_not_depend_on_when_its_files_were_written(tmp_path: Path) -> None:
    for name in ("b.py", "a/c.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
    first = zip_folder(tmp_path)
    os.utime(tmp_path / "b.py", (1, 1))
    assert zip_folder(tmp_path) == first
