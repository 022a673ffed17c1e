"""The pinned cdk CLI bootstraps, deploys, updates and destroys the app."""

import io
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from stacks.synthesis import PROJECT
from tests.scenarios.pipeline import Pipeline

CDK = PROJECT / "node_modules" / ".bin" / "cdk"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as running:
        yield running


@pytest.fixture(autouse=True)
def no_leftover_faults() -> None:
    """Nothing here asks for faults."""


def cdk(aws: EmbeddedAws, output: Path, *arguments: str) -> str:
    """Run the CLI as ``make deploy`` runs it; return what it printed."""
    path = [str(Path(sys.executable).parent), str(CDK.parent), os.environ["PATH"]]
    completed = subprocess.run(
        [CDK, "--no-notices", "--no-version-reporting", "--output", output, *arguments],
        cwd=PROJECT,
        env={
            **aws.environment(),
            "PATH": os.pathsep.join(path),
            "CDK_DISABLE_CLI_TELEMETRY": "true",
            "CDK_DISABLE_VERSION_CHECK": "1",
            "CDK_VALIDATION": "false",
        },
        umask=0o077,  # of somebody who lets nobody else read his files
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout + completed.stderr


@pytest.fixture(scope="module")
def bootstrapped(aws: EmbeddedAws, tmp_path_factory: pytest.TempPathFactory) -> EmbeddedAws:
    """An account and region in which the CLI may deploy."""
    folder = tmp_path_factory.mktemp("cdk.out")
    cdk(aws, folder, "bootstrap", f"aws://{aws.account}/{aws.region}")
    return aws


def deploy(aws: EmbeddedAws, output: Path, *context: str) -> str:
    arguments = [each for setting in context for each in ("-c", setting)]
    return cdk(aws, output, "deploy", "--require-approval", "never", *arguments)


def stack(aws: EmbeddedAws, name: str = STACK_NAME) -> dict[str, Any]:
    (found,) = aws.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    described: dict[str, Any] = found
    return described


def pipeline_of(aws: EmbeddedAws, name: str) -> Pipeline:
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack(aws, name)["Outputs"]}
    return Pipeline(aws, outputs)


def modes_of_assets(aws: EmbeddedAws) -> set[int]:
    """The permissions of all files that the CLI has uploaded in archives."""
    s3, bucket = aws.client("s3"), f"cdk-hnb659fds-assets-{aws.account}-{aws.region}"
    archives = [
        s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
        for each in s3.list_objects_v2(Bucket=bucket)["Contents"]
        if each["Key"].endswith(".zip")
    ]
    assert archives
    return {
        stat.S_IMODE(entry.external_attr >> 16)
        for archive in archives
        for entry in zipfile.ZipFile(io.BytesIO(archive)).infolist()
    }


def test_the_app_is_deployed_updated_and_destroyed(
    bootstrapped: EmbeddedAws, tmp_path: Path
) -> None:
    aws, functions = bootstrapped, bootstrapped.client("lambda")

    deploy(aws, tmp_path)
    assert stack(aws)["StackStatus"] == "CREATE_COMPLETE"
    assert modes_of_assets(aws) <= {0o644, 0o755}

    deploy(aws, tmp_path, "pipeline.validation_fraction=0.3")
    assert stack(aws)["StackStatus"] == "UPDATE_COMPLETE"
    fractions = {
        variables["VALIDATION_FRACTION"]
        for function in functions.list_functions()["Functions"]
        if "VALIDATION_FRACTION" in (variables := function["Environment"]["Variables"])
    }
    assert fractions == {"0.3"}
    assert "pipeline.validation_fraction is 0.3 in GroundTruthTraining and would" in warning(aws)

    cdk(aws, tmp_path, "destroy", "--force")
    with pytest.raises(ClientError, match="does not exist"):
        stack(aws)
    assert functions.list_functions()["Functions"] == []


def warning(aws: EmbeddedAws) -> str:
    """What ``make deploy`` says before it deploys without ``-c``."""
    done = subprocess.run(
        [sys.executable, "-m", "cli.main", "settings"],
        cwd=PROJECT,
        env=aws.environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stderr


def roles_of(aws: EmbeddedAws, name: str) -> set[str]:
    """The physical names of a stack's roles."""
    resources = aws.client("cloudformation").get_paginator("list_stack_resources")
    return {
        each["PhysicalResourceId"]
        for page in resources.paginate(StackName=name)
        for each in page["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::IAM::Role"
    }


def belongings(aws: EmbeddedAws, name: str) -> tuple[str, ...]:
    """What an ARN has in it that is a stack's own: its bucket, state machine or training job."""
    pipeline = pipeline_of(aws, name)
    (execution,) = pipeline.executions("dogs")
    machine = pipeline.machine.rpartition(":")[2]
    return (pipeline.layout.bucket, machine, *pipeline.training_jobs(execution))


def test_two_pipelines_in_one_account_each_train_on_their_own_manifests(
    bootstrapped: EmbeddedAws, tmp_path: Path
) -> None:
    deploy(bootstrapped, tmp_path / "default")
    deploy(bootstrapped, tmp_path / "staging", "stack=staging")
    names = STACK_NAME, f"{STACK_NAME}-staging"
    pipelines = [pipeline_of(bootstrapped, name) for name in names]

    executions = [each.label("dogs") for each in pipelines]

    for pipeline, execution in zip(pipelines, executions, strict=True):
        assert pipeline.succeeded(execution)["spot_saving"] == 0
        assert pipeline.executions("dogs") == [execution]
        (job,) = pipeline.training_jobs(execution)
        assert pipeline.keys(pipeline.layout.MODELS) == [f"models/{job}/output/model.tar.gz"]
    assert len(bootstrapped.training.jobs) == 2
    for ours, other in (names, reversed(names)):
        roles, theirs = roles_of(bootstrapped, ours), belongings(bootstrapped, other)
        asked = {
            each.resource
            for each in bootstrapped.decisions
            if each.principal.split("/")[1] in roles
        }
        assert asked
        assert not [each for each in asked if any(name in each for name in theirs)]

    cdk(bootstrapped, tmp_path, "destroy", "--force", "-c", "stack=staging")
    assert stack(bootstrapped)["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="does not exist"):
        stack(bootstrapped, names[1])


def test_a_setting_that_cannot_be_used_stops_the_cli_with_one_line(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError) as failure:
        cdk(aws, tmp_path, "synth", "-c", "pipeline.instance_types=ml.m5.large")

    printed = [line for line in str(failure.value).splitlines() if "ml.m5.large" in line]
    assert len(printed) == 1
    assert "instance_types" in printed[0]
    assert "Traceback" not in str(failure.value)
