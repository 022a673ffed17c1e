"""The pinned cdk CLI bootstraps, deploys, updates and destroys the app."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from local.aws.embedded_aws import EmbeddedAws
from stacks.synthesis import PROJECT, STACK_NAME

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


def test_the_app_is_bootstrapped_deployed_updated_and_destroyed(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    cloudformation = aws.client("cloudformation")
    functions = aws.client("lambda")

    cdk(aws, tmp_path, "bootstrap", f"aws://{aws.account}/{aws.region}")
    cdk(aws, tmp_path, "deploy", "--require-approval", "never")
    (stack,) = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"

    setting = ("-c", "pipeline.validation_fraction=0.3")
    cdk(aws, tmp_path, "deploy", "--require-approval", "never", *setting)
    (stack,) = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"
    fractions = {
        variables["VALIDATION_FRACTION"]
        for function in functions.list_functions()["Functions"]
        if "VALIDATION_FRACTION" in (variables := function["Environment"]["Variables"])
    }
    assert fractions == {"0.3"}

    cdk(aws, tmp_path, "destroy", "--force")
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName=STACK_NAME)
    assert functions.list_functions()["Functions"] == []


def test_a_setting_that_cannot_be_used_stops_the_cli_with_one_line(
    aws: EmbeddedAws, tmp_path: Path
) -> None:
    with pytest.raises(AssertionError) as failure:
        cdk(aws, tmp_path, "synth", "-c", "pipeline.instance_types=ml.m5.large")

    printed = [line for line in str(failure.value).splitlines() if "ml.m5.large" in line]
    assert len(printed) == 1
    assert "instance_types" in printed[0]
    assert "Traceback" not in str(failure.value)
