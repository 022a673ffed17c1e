"""The app as the CDK synthesizes it, deployed to the embedded AWS once a test module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws.deployment import Deployment
from local.aws.embedded_aws import EmbeddedAws
from stacks.settings.environments import STACK_NAME
from tests.scenarios.pipeline import Pipeline

CLOCK_SPEED = 300.0
"""The heartbeat of 900 s takes 3 s, the pause for capacity 2 s."""


@pytest.fixture(scope="module")
def pipeline(assembly: Path) -> Iterator[Pipeline]:
    """The deployed pipeline; its events and training jobs are this module's alone."""
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as aws:
        outputs = Deployment(
            assembly, STACK_NAME, aws.client, region=aws.region, account=aws.account
        ).deploy()
        yield Pipeline(aws, outputs)


@pytest.fixture(autouse=True)
def no_leftover_faults(pipeline: Pipeline) -> Iterator[None]:
    """What one test asked to go wrong does not go wrong in the next."""
    yield
    pipeline.aws.training.faults.clear()
    pipeline.aws.transform.faults.clear()
    pipeline.aws.faults.clear()
    pipeline.aws.events.clear()
