"""The example that deploys a model when it is approved, as far as the embedded AWS goes.

It has no endpoints: the function gets to the endpoint's configuration.
"""

import os
import re
from pathlib import Path

import pytest
from aws_cdk import App

from examples.deploy_on_approval.app import DeployOnApproval
from local.aws.deployment import Deployment
from local.aws.sagemaker.scripted_model import ScriptedModel
from tests.scenarios.pipeline import Pipeline, eventually


@pytest.fixture(scope="module")
def example(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Deploy the example beside the pipeline; return its function's log group."""
    folder: Path = tmp_path_factory.mktemp("example")
    app = App(outdir=os.fspath(folder), analytics_reporting=False)
    DeployOnApproval(app, "DeployOnApproval", bucket=pipeline.layout.bucket)
    app.synth()
    aws = pipeline.aws
    Deployment(
        folder, "DeployOnApproval", aws.client, region=aws.region, account=aws.account
    ).deploy()
    functions = aws.client("lambda").list_functions()["Functions"]
    (function,) = (each for each in functions if each["Handler"] == "endpoint.handler")
    return str(function["LoggingConfig"]["LogGroup"])


def test_an_approved_version_becomes_a_model_of_its_own(pipeline: Pipeline, example: str) -> None:
    pipeline.aws.training.faults.next_job(artifact=ScriptedModel().to_bytes())
    version = pipeline.succeeded(pipeline.label("approved"))["model_package"]
    sagemaker = pipeline.aws.client("sagemaker")

    assert not deployed(pipeline)
    sagemaker.update_model_package(ModelPackageArn=version, ModelApprovalStatus="Approved")

    (name,) = eventually(lambda: deployed(pipeline) or None)
    assert name == f"detector-{version.rpartition('/')[2]}"
    model = sagemaker.describe_model(ModelName=name)
    assert model["Containers"] == [{"ModelPackageName": version}]
    calls = eventually(lambda: refused(pipeline, example) or None)
    assert set(calls) == {"CreateEndpointConfig"}


def deployed(pipeline: Pipeline) -> list[str]:
    models = pipeline.aws.client("sagemaker").list_models(NameContains="detector-")["Models"]
    return [each["ModelName"] for each in models]


def refused(pipeline: Pipeline, log_group: str) -> list[str]:
    """The calls that the function was refused, as its log has them."""
    found = pipeline.aws.client("logs").filter_log_events(logGroupName=log_group)["events"]
    return re.findall(r"calling the (\w+) operation", "\n".join(each["message"] for each in found))
