"""cdk-nag's AwsSolutions rules and cfn-lint; every finding that stands has its reason here."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from aws_cdk import Validations
from cdk_nag import AwsSolutionsChecks

from stacks.synthesis import build_app
from tests.infrastructure.conftest import HARDENED
from tests.infrastructure.templates import Template

ACCEPTED = {
    r"AwsSolutions-S1": (
        "Access logs need a second bucket; who wants them has CloudTrail data events, which also"
        " see the denied requests."
    ),
    r"AwsSolutions-L1": (
        "Python 3.13 is supported until 2029 and is what the functions are tested on."
    ),
    r"AwsSolutions-IAM5\[Resource::(<Bucket.*\.Arn>|arn:.*:s3:::team-data)/"
    r"(labeling|executions|callbacks|models|checkpoints)/\*\]": (
        "Keys below one prefix of the pipeline's own bucket; their names are known only at run"
        " time."
    ),
    r"AwsSolutions-IAM5\[Resource::(<Bucket.*\.Arn>|arn:.*:s3:::team-data)/"
    r"executions/\*/(image-checks/|images\.jsonl)\*\]": (
        "The same, of the executions' files those that a Map Run reads and writes."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:s3:::first-images/\*\]": (
        "Only reading, in a bucket that the settings name for its images."
    ),
    r"AwsSolutions-IAM5\[Resource::(<Bucket.*\.Arn>|arn:.*:s3:::team-data)/\*\]": (
        "Only reading: a manifest that an execution was started with by hand may lie anywhere, and"
        " so may the images that a training job reads, which is denied the task tokens."
    ),
    r"AwsSolutions-IAM5\[Resource::(<Bucket.*\.Arn>|arn:.*:s3:::team-data)/"
    r"executions/\*/evaluation/predictions/\*\]": (
        "Where models write, below whichever execution they are run for."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:(training-job|transform-job|model)/"
    r"gt-train-\*\]": (
        "Jobs and models with the pipeline's prefix; their names are known only at run time."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:(training-job|transform-job|model)/\*\]": (
        "Only reading, and ending those with the tag of an execution of ours: they may have been"
        " started under another prefix."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:model-package/groundtruthtraining/\*\]": (
        "The versions of the stack's own group; SageMaker numbers them."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:sagemaker:.*:labeling-job/\*\]": (
        "Looking at the labeling job that wrote a manifest, whatever its name."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:execution:<WorkflowStateMachine.*\.Name>:\*\]": (
        "The executions of the pipeline's own state machine."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:execution:\{.*WorkflowStateMachine.*\}(/Images)?:\*\]": (
        "The CDK's own policy for a map, which is in no template: the role takes none from it."
    ),
    r"AwsSolutions-IAM5\[Resource::arn:.*:log-group:/aws/sagemaker/T\w+Jobs:log-stream:\*\]": (
        "SageMaker names the log streams of its jobs."
    ),
    r"AwsSolutions-IAM5\[Resource::\*\]": (
        "X-Ray, log delivery, ecr:GetAuthorizationToken and cloudwatch:PutMetricData know no"
        " resources; test_permissions shows that nothing else is granted on all of them."
    ),
}
"""Findings that stand (patterns of whole rule names) and why."""

WITHOUT_RESOURCES = re.compile(
    r"(xray:\w+|logs:\w*(LogDelivery|LogDeliveries|ResourcePolicy|ResourcePolicies|LogGroups)"
    r"|ecr:GetAuthorizationToken|cloudwatch:PutMetricData"
    r"|sagemaker:List(TrainingJobs|TransformJobs|Models|ModelPackages)"
    r"|ec2:(Create|Delete|Describe)NetworkInterface\w*"
    r"|ec2:Describe(DhcpOptions|SecurityGroups|Subnets|Vpcs)) on \*"
)


CONFIGURATIONS: dict[str, dict[str, str]] = {
    "template": {},
    "hardened": HARDENED,
    "lodger": {"pipeline.existing_bucket": "team-data"},
}
"""The settings by the fixture that has their template."""


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What cdk-nag finds in each configuration."""
    return {
        name: broken_rules(tmp_path_factory.mktemp("cdk.out"), context)
        for name, context in CONFIGURATIONS.items()
    }


def broken_rules(folder: Path, context: dict[str, str]) -> set[str]:
    app = build_app(folder, context)
    Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
    report = json.loads((folder / "validation-report.json").read_text())
    return {
        violation["ruleName"]
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
    }


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_no_security_rule_is_broken_without_a_reason(
    findings: dict[str, set[str]], configuration: str
) -> None:
    unexplained = {
        each
        for each in findings[configuration]
        if not any(re.fullmatch(rule, each) for rule in ACCEPTED)
    }
    assert unexplained == set()


def test_no_reason_outlives_its_finding(findings: dict[str, set[str]]) -> None:
    found = set[str]().union(*findings.values())
    unused = {rule for rule in ACCEPTED if not any(re.fullmatch(rule, each) for each in found)}
    assert unused == set()


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_only_actions_that_know_no_resources_are_granted_on_all(
    request: pytest.FixtureRequest, configuration: str
) -> None:
    template: Template = request.getfixturevalue(configuration)
    everywhere = {
        grant
        for role in template.of_type("IAM::Role")
        for grant in template.grants(role)
        if grant.endswith(" on *")
    }
    assert [each for each in everywhere if not WITHOUT_RESOURCES.fullmatch(each)] == []


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_cfn_lint_finds_nothing(request: pytest.FixtureRequest, configuration: str) -> None:
    template: Template = request.getfixturevalue(configuration)
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
