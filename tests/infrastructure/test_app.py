"""The app as the CDK CLI runs it: a process with an environment, an exit status and two streams."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from stacks.settings.environments import STACK_NAME
from stacks.synthesis import PROJECT, cli_environment, synthesize


def run_app(
    outdir: Path, context: Mapping[str, object], variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "CDK_OUTDIR": str(outdir),
        "CDK_CONTEXT_JSON": json.dumps(context),
        **variables,
    }
    return subprocess.run(
        [sys.executable, "app.py"],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_template_passes_the_cdks_own_validation(tmp_path: Path) -> None:
    done = run_app(tmp_path, {}, {"CDK_VALIDATION": ""})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / f"{STACK_NAME}.template.json").exists()
    report = json.loads((tmp_path / "validation-report.json").read_text())
    assert [each for each in report["pluginReports"] if each["conclusion"] != "success"] == []


def test_a_bad_setting_ends_the_app_with_one_line_and_status_one(tmp_path: Path) -> None:
    done = run_app(tmp_path, {"pipeline.volume_size_gb": "lots"}, {"CDK_VALIDATION": "false"})
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        'pipeline.volume_size_gb = "lots": must be a whole number from 1 to 16384\n'
    )
    assert not (tmp_path / f"{STACK_NAME}.template.json").exists()


def test_a_caution_is_a_warning_and_stops_nothing(tmp_path: Path) -> None:
    context = {"pipeline.instance_types": "ml.p2.xlarge"}
    done = run_app(tmp_path, context, {"CDK_VALIDATION": "false"})
    assert done.returncode == 0
    assert "WARNING pipeline.instance_types names ml.p2.xlarge: EC2 has retired" in done.stderr
    assert (tmp_path / f"{STACK_NAME}.template.json").exists()


def test_the_settings_of_cdk_json_count_without_the_cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = {"pipeline": {"volume_size_gb": 77}}
    monkeypatch.setattr("stacks.synthesis.project_context", lambda: context)
    assert '"VOLUME_SIZE_GB": "77"' in synthesize(tmp_path).read_text()


@pytest.mark.parametrize(
    "variables", [{}, {"CDK_DEFAULT_REGION": "eu-west-1"}, {"CDK_DEFAULT_ACCOUNT": "111122223333"}]
)
def test_without_account_and_region_the_stack_is_for_any(variables: dict[str, str]) -> None:
    assert cli_environment(variables) is None


def test_the_account_and_region_of_the_cli_are_the_stacks() -> None:
    environment = cli_environment(
        {"CDK_DEFAULT_ACCOUNT": "111122223333", "CDK_DEFAULT_REGION": "eu-west-1"}
    )
    assert environment is not None
    assert (environment.account, environment.region) == ("111122223333", "eu-west-1")


def test_the_lock_file_names_no_registry() -> None:
    assert "://" not in (PROJECT / "package-lock.json").read_text()
