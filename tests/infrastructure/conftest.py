"""One synth a session for all tests of the template."""

import json
from pathlib import Path

import pytest

from stacks.settings.environments import STACK_NAME
from stacks.synthesis import synthesize
from tests.infrastructure.templates import Template


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """The template of cdk.json's settings, for any account and region."""
    path = assembly / f"{STACK_NAME}.template.json"
    return Template(assembly, json.loads(path.read_text()))


@pytest.fixture(scope="session")
def customized(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template with every setting away from its default that changes the template's shape."""
    folder = tmp_path_factory.mktemp("cdk.out")
    context = {
        "pipeline.labeling_prefix": "team/labels/",
        "pipeline.image_buckets": "first-images,second-images",
        "pipeline.training_job_prefix": "detector",
        "pipeline.log_retention_days": "30",
        "pipeline.notification_email": "ops@example.com",
        "pipeline.label_attribute": "boxes",
        "pipeline.split_group_pattern": "^[^/]+/",
        "pipeline.instance_types": '["ml.g5.xlarge", "ml.p3.2xlarge"]',
        "pipeline.heartbeat_seconds": "600",
        "pipeline.max_billable_hours": "100",
        "pipeline.hyperparameters.epochs": "30",
    }
    return Template(folder, json.loads(synthesize(folder, context).read_text()))


@pytest.fixture(scope="session")
def unchecked(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a pipeline that looks at no image."""
    folder = tmp_path_factory.mktemp("cdk.out")
    context = {"pipeline.image_checks": "off"}
    return Template(folder, json.loads(synthesize(folder, context).read_text()))


KEY = "arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"

HARDENED = {
    "pipeline.kms_key_arn": KEY,
    "pipeline.vpc_subnets": "subnet-0a1b2c3d,subnet-0e1f2a3b",
    "pipeline.security_groups": "sg-0a1b2c3d",
    "pipeline.network_isolation": "true",
    "pipeline.encrypt_inter_container_traffic": "true",
    "pipeline.permissions_boundary_arn": "arn:aws:iam::111122223333:policy/team/boundary",
    "pipeline.managed_spot_training": "true",
    "pipeline.instance_types": "ml.g4dn.xlarge,ml.p3.2xlarge",
    "pipeline.notification_email": "ops@example.com",
    "pipeline.image_buckets": "first-images",
}
"""Every setting that protects the account."""


@pytest.fixture(scope="session")
def hardened(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template with everything on that protects the account."""
    folder = tmp_path_factory.mktemp("cdk.out")
    return Template(folder, json.loads(synthesize(folder, HARDENED).read_text()))


@pytest.fixture(scope="session")
def unevaluated(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a pipeline that does not find out what its models are worth."""
    folder = tmp_path_factory.mktemp("cdk.out")
    context = {"pipeline.evaluation": "off"}
    return Template(folder, json.loads(synthesize(folder, context).read_text()))


@pytest.fixture(scope="session")
def lodger(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of a pipeline in a bucket that exists."""
    folder = tmp_path_factory.mktemp("cdk.out")
    context = {"pipeline.existing_bucket": "team-data"}
    return Template(folder, json.loads(synthesize(folder, context).read_text()))
