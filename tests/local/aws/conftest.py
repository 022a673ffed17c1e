"""An embedded AWS for each test module of `local`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.aws.embedded_aws import EmbeddedAws
from tests.local.aws.sandbox import CLOCK_SPEED, Sandbox


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    """The embedded AWS of one test module: starting it again costs milliseconds."""
    with EmbeddedAws(clock_speed=CLOCK_SPEED) as running:
        yield running


@pytest.fixture(scope="module")
def sandbox(aws: EmbeddedAws) -> Sandbox:
    """Short ways to put things into the embedded AWS."""
    return Sandbox(aws)
