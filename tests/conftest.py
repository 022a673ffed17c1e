"""What holds for all tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Read when aws_cdk is imported: skips a check of the template that takes longer than synth itself.
# tests/infrastructure runs the app once with it.
os.environ["CDK_VALIDATION"] = "false"

# How long an example takes says how busy the machine is, not whether the code is right. The same
# examples every time: a test that fails does so again; make soak looks for new ones.
for name, derandomize in {"repeatable": True, "searching": False}.items():
    settings.register_profile(
        name,
        deadline=None,
        derandomize=derandomize,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The app as the cdk CLI would deploy it."""
    from stacks.synthesis import synthesize  # noqa: PLC0415 - takes seconds; unit tests do without

    folder = tmp_path_factory.mktemp("cdk.out")
    synthesize(folder)
    return folder
