"""What holds for all tests."""

import os
from pathlib import Path

import pytest

# Read when aws_cdk is imported: skips a check of the template that takes longer than synth itself.
# tests/infrastructure runs the app once with it.
os.environ["CDK_VALIDATION"] = "false"


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app as the cdk CLI would deploy it."""
    from stacks.synthesis import synthesize  # noqa: PLC0415 - takes seconds; unit tests do without

    folder = tmp_path_factory.mktemp("cdk.out")
    synthesize(folder)
    return folder
