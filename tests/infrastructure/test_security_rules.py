"""cdk-nag's AwsSolutions rules and cfn-lint; every finding that stands has its reason here."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from stacks.app import build_app
from tests.infrastructure.templates import Template

ACCEPTED = {
    r"AwsSolutions-S1": (
        "Access logs need a second bucket; who wants them has CloudTrail data events, which also"
        " see the denied requests."
    ),
    r"AwsSolutions-L1": (
        "Python 3.13 is supported until 2029 and is what the functions are tested on."
    ),
    r"AwsSolutions-IAM5\[Resource::<Bucket.*\.Arn>/"
    r"(labeling|executions|callbacks|models|checkpoints)/\*\]": (
        "Keys below one prefix of the pipeline's own bucket; their names are known only at run"
        " time."
    ),
    r"AwsSolutions-IAM5\[Resource::<Bucket.*\.Arn>/\*\]": (
        "Only reading: a manifest that an execution was started with by hand may lie anywhere, and"
        " so may the images that a training job reads, which is denied the task tokens."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:training-job/gt-train-\*\]": (
        "Training jobs with the pipeline's prefix; their names are known only at run time."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:labeling-job/\*\]": (
        "Looking at the labeling job that wrote a manifest, whatever its name."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:execution:<WorkflowStateMachine.*\.Name>:\*\]": (
        "The executions of the pipeline's own state machine."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:log-group:/aws/sagemaker/TrainingJobs:log-stream:\*\]": (
        "SageMaker names the log streams of training jobs."
    ),
    r"AwsSolutions-IAM5\[Resource::\*\]": (
        "X-Ray, log delivery, ecr:GetAuthorizationToken and cloudwatch:PutMetricData know no"
        " resources; test_permissions shows that nothing else is granted on all of them."
    ),
}
"""Findings that stand (patterns of whole rule names) and why."""

WITHOUT_RESOURCES = re.compile(
    r"(xray:\w+|logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)"
    r"|ecr:GetAuthorizationToken|cloudwatch:PutMetricData|sagemaker:ListTrainingJobs) on \*"
)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("cdk.out")
    app = build_app(folder)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
    }


def test_no_security_rule_is_broken_without_a_reason(findings: set[str]) -> None:
    unexplained = {
        each for each in findings if not any(re.fullmatch(rule, each) for rule in ACCEPTED)
    }
    assert unexplained == set()


def test_no_reason_outlives_its_finding(findings: set[str]) -> None:
    unused = {rule for rule in ACCEPTED if not any(re.fullmatch(rule, each) for each in findings)}
    assert unused == set()


def test_only_actions_that_know_no_resources_are_granted_on_all(template: Template) -> None:
    everywhere = {
        grant
        for role in template.of_type("IAM::Role")
        for grant in template.grants(role)
        if grant.endswith(" on *")
    }
    assert [each for each in everywhere if not WITHOUT_RESOURCES.fullmatch(each)] == []


def test_cfn_lint_finds_nothing(template: Template) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).parent / "cfn-lint"),
            "--ignore-checks",
            "W3005",  # the CDK writes DependsOn beside the reference that implies it
            "--",
            str(next(template.folder.glob("*.template.json"))),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout + done.stderr == ""
