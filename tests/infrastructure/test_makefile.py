"""What ``make deploy`` hands to the CDK CLI."""

import shutil
import subprocess

import pytest

from stacks.synthesis import PROJECT


def handed_over(*variables: str, target: str = "synth") -> list[str]:
    """The arguments that the CLI would get, the target first."""
    return made("--silent", "CDK=printf '%s\\n'", target, *variables)


def made(*arguments: str) -> list[str]:
    make = shutil.which("make")
    assert make
    done = subprocess.run(
        [
            make,
            "--no-print-directory",
            "--old-file=.venv/installed",
            "--old-file=node_modules/installed",
            *arguments,
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


@pytest.mark.parametrize("target", ["bootstrap", "synth", "diff"])
def test_a_target_is_the_command_of_the_cli(target: str) -> None:
    assert handed_over(target=target) == [target]


@pytest.mark.parametrize(
    ("variables", "stop", "destroy"),
    [
        ((), "gt-train stop", "cdk destroy"),
        (
            ("ENV=staging", "ARGS=--force"),
            "gt-train stop --stack staging --yes",
            "cdk destroy -c stack=staging --force",
        ),
    ],
)
def test_what_is_under_way_is_stopped_before_a_stack_is_destroyed(
    variables: tuple[str, ...], stop: str, destroy: str
) -> None:
    lines = made("--dry-run", "CDK=cdk", "destroy", *variables)
    assert [" ".join(line.split()) for line in lines] == [stop, destroy]
