"""One synth a session for all tests of the template."""

import json
import os

import pytest

# Read by the CDK's Node process when it starts, with the first import of aws_cdk; checking the
# template against its schema takes most of a synth, and test_app has a test that does it.
os.environ.setdefault("CDK_VALIDATION", "false")

from stacks.app import synthesize
from tests.infrastructure.templates import Template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """The template of cdk.json's settings, for any account and region."""
    folder = tmp_path_factory.mktemp("cdk.out")
    return Template(folder, json.loads(synthesize(folder).read_text()))


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
        "pipeline.hyperparameters.epochs": "30",
    }
    return Template(folder, json.loads(synthesize(folder, context).read_text()))
