"""The steps that measure, judge and register a model: what each may do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack

from stacks.constructs.model_steps import ModelSteps
from stacks.constructs.notification_topic import NotificationTopic
from stacks.constructs.pipeline_function import FunctionDefaults
from stacks.constructs.storage import Storage
from stacks.settings.fields import PipelineSettings
from tests.infrastructure.templates import Template
from tests.infrastructure.test_permissions import own_logs_and_traces

GROUP = "arn:aws:sagemaker:eu-west-1:111122223333:model-package-group/groundtruthtraining"
VERSIONS = "arn:aws:sagemaker:eu-west-1:111122223333:model-package/groundtruthtraining/*"
TRANSFORM_JOBS = "arn:aws:sagemaker:eu-west-1:111122223333:transform-job/*"

GRANTS = {
    "PrepareEvaluation": {
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:AbortMultipartUpload on <Bucket.Arn>/executions/*",
        "s3:GetObject on <Bucket.Arn>/models/*",
        "s3:ListBucket on <Bucket.Arn>",
        "sagemaker:ListModelPackages on *",
        f"sagemaker:DescribeModelPackage on {VERSIONS}",
    },
    "EvaluateModel": {
        "s3:GetObject on <Bucket.Arn>/*",
        "s3:ListBucket on <Bucket.Arn>",
        "Deny s3:GetObject on <Bucket.Arn>/callbacks/*",
        "Deny s3:GetObjectVersion on <Bucket.Arn>/callbacks/*",
        "s3:PutObject on <Bucket.Arn>/executions/*",
    },
    "RegisterModel": {
        "s3:GetObject on <Bucket.Arn>/executions/*",
        "s3:PutObject on <Bucket.Arn>/executions/*",
        "s3:ListBucket on <Bucket.Arn>",
        f"sagemaker:DescribeTransformJob on {TRANSFORM_JOBS}",
        f"sagemaker:CreateModelPackageGroup on {GROUP}",
        f"sagemaker:DescribeModelPackageGroup on {GROUP}",
        f"sagemaker:CreateModelPackage on {GROUP}",
        f"sagemaker:CreateModelPackage on {VERSIONS}",
        f"sagemaker:UpdateModelPackage on {VERSIONS}",
        f"sagemaker:DescribeModelPackage on {VERSIONS}",
        "sns:Publish on <Notifications>",
    },
}

Made = Callable[..., Template]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """Return a template with nothing but these steps and what they need."""

    def make(**changes: Any) -> Template:
        for name in ("code", "layer"):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "module.py").touch()
        settings = PipelineSettings(**changes)
        app = App(outdir=str(tmp_path / "out"), analytics_reporting=False)
        stack = Stack(app, "GroundTruthTraining")
        defaults = FunctionDefaults(
            stack,
            "Functions",
            settings=settings,
            storage=Storage.define(stack, settings),
            code=tmp_path / "code",
            layer=tmp_path / "layer",
        )
        topic = NotificationTopic(stack, "Notifications", email=None, key=None)
        ModelSteps(stack, "Model", defaults=defaults, training_image="image:1", topic=topic)
        return Template(tmp_path, app.synth().get_stack_by_name(stack.stack_name).template)

    return make


def approvals(template: Template, action: str) -> Any:
    (statement,) = (
        each
        for each in template.statements("ModelRegisterModelRole")
        if f"sagemaker:{action}" in each["Action"]
    )
    return statement["Condition"]


def test_a_function_may_do_what_it_does_and_nothing_else(made: Made) -> None:
    template = made()
    for function, grants in GRANTS.items():
        expected = grants | own_logs_and_traces(f"Model{function}")
        assert template.grants(f"Model{function}Role") == expected


def test_only_a_person_approves_where_approval_is_manual(made: Made) -> None:
    template = made()
    assert approvals(template, "CreateModelPackage") == {
        "StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}
    }
    assert approvals(template, "UpdateModelPackage") == {
        "StringEquals": {"sagemaker:ModelApprovalStatus": ["PendingManualApproval", "Rejected"]}
    }


def test_the_pipeline_approves_where_nobody_is_asked(made: Made) -> None:
    template = made(approval="automatic")
    assert approvals(template, "CreateModelPackage") == {
        "StringEquals": {"sagemaker:ModelApprovalStatus": "PendingManualApproval"}
    }
    assert "Approved" in str(approvals(template, "UpdateModelPackage"))


def test_the_template_owns_no_group_that_would_be_in_the_way_of_the_next_one(made: Made) -> None:
    assert made().of_type("SageMaker::ModelPackageGroup") == {}


def test_the_functions_are_told_the_settings(made: Made) -> None:
    functions = made(
        max_evaluation_images=7,
        max_missing_fraction=0.125,
        min_map=0.5,
        min_map50=0.75,
        max_map_loss=0.25,
        approval="automatic",
    ).functions()

    told = {name: each["Environment"]["Variables"] for name, each in functions.items()}
    assert told["prepare_evaluation"]["MAX_EVALUATION_IMAGES"] == "7"
    assert told["evaluate_model"]["MAX_MISSING_FRACTION"] == "0.125"
    registered = told["register_model"]
    assert (registered["MIN_MAP"], registered["MIN_MAP50"]) == ("0.5", "0.75")
    assert registered["MAX_MAP_LOSS"] == "0.25"
    assert registered["APPROVAL"] == '"automatic"'
    for each in (told["prepare_evaluation"], registered):
        assert each["MODEL_PACKAGE_GROUP"] == "groundtruthtraining"
        assert each["TRAINING_IMAGE"] == "image:1"
