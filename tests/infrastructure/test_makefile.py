"""What ``make deploy`` hands to the CDK CLI."""

import shutil
import subprocess

import pytest

from stacks.synthesis import PROJECT


def handed_over(*variables: str, target: str = "synth") -> list[str]:
    """The arguments that the CLI would get, the target first."""
    make = shutil.which("make")
    assert make
    done = subprocess.run(
        [
            *(make, "--silent", "--old-file=.venv/installed", "--old-file=node_modules/installed"),
            *("CDK=printf '%s\\n'", target, *variables),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


@pytest.mark.parametrize("pattern", ["^[^/]+/$", "(.*)-$(x)", "$HOME", "a$$b"])
def test_a_dollar_in_a_setting_survives_make(pattern: str) -> None:
    setting = f"pipeline.split_group_pattern={pattern}"
    assert handed_over(f"ARGS=-c '{setting}'") == ["synth", "-c", setting]


def test_an_environment_is_handed_over_as_a_stack() -> None:
    assert handed_over("ENV=staging", "ARGS=--verbose") == [
        *("synth", "-c", "stack=staging", "--verbose")
    ]


@pytest.mark.parametrize("target", ["bootstrap", "synth", "diff", "destroy"])
def test_a_target_is_the_command_of_the_cli(target: str) -> None:
    assert handed_over(target=target) == [target]
