"""``gt-train settings``: a deployed setting that would be lost is told before it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError, ProfileNotFound

from cli.main import main


class CloudFormation:
    """One deployed stack, or none."""

    def __init__(self, stack: str | None, settings: dict[str, Any]) -> None:
        self.stack, self.settings = stack, settings
        self.asked: list[str] = []
        self.profiles: list[str | None] = []

    def get_template(self, StackName: str, TemplateStage: str) -> dict[str, Any]:  # noqa: N803
        self.asked.append(StackName)
        if StackName != self.stack:
            raise ClientError({"Error": {"Code": "ValidationError"}}, "GetTemplate")
        return {"TemplateBody": {"Metadata": {"Settings": self.settings}}}


@pytest.fixture
def cdk_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "cdk.json"
    context = {"pipeline": {"volume_size_gb": 60}, "environments": {"staging": {}}}
    file.write_text(json.dumps({"context": context}))
    monkeypatch.setattr("cli.settings.SETTINGS", file)
    return file


def deployed(monkeypatch: pytest.MonkeyPatch, stack: str | None, **settings: Any) -> CloudFormation:
    account = CloudFormation(stack, settings)

    class Session:
        def __init__(self, profile_name: str | None) -> None:
            account.profiles.append(profile_name)

        def client(self, _service: str) -> CloudFormation:
            return account

    monkeypatch.setattr("boto3.Session", Session)
    return account


@pytest.mark.usefixtures("cdk_json")
def test_a_setting_that_would_be_lost_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed(monkeypatch, "GroundTruthTraining", volume_size_gb=50, validation_fraction=0.3)
    assert main(["settings"]) == 0
    printed = capsys.readouterr()
    assert printed.out == "pipeline.volume_size_gb = 60\n"
    assert printed.err == (
        "Warning: pipeline.validation_fraction is 0.3 in GroundTruthTraining and would go back to"
        " its default; to keep it, write it into cdk.json.\n"
    )


@pytest.mark.usefixtures("cdk_json")
def test_what_is_given_again_is_no_warning(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account = deployed(monkeypatch, "GroundTruthTraining-staging", validation_fraction=0.3)
    arguments = ["-c", "stack=staging", "--require-approval", "never", "--profile", "team"]
    assert main(["settings", "--", *arguments, "-c", "pipeline.validation_fraction=0.4"]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "pipeline.validation_fraction = 0.4",
        "pipeline.volume_size_gb = 60",
    ]
    assert printed.err == ""
    assert account.asked == ["GroundTruthTraining-staging"]
    assert account.profiles == ["team"]


@pytest.mark.usefixtures("cdk_json")
@pytest.mark.parametrize("stack", ["staging", "GroundTruthTraining-staging"])
def test_an_environment_is_named_by_itself_or_by_its_stack(
    monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    account = deployed(monkeypatch, None)
    assert main(["settings", "--stack", stack]) == 0
    assert account.asked == ["GroundTruthTraining-staging"]


@pytest.mark.usefixtures("cdk_json")
@pytest.mark.parametrize("problem", [NoRegionError(), ProfileNotFound(profile="nope")])
def test_without_an_account_there_is_nothing_to_warn_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], problem: Exception
) -> None:
    def session(profile_name: str | None) -> Any:
        raise problem

    monkeypatch.setattr("boto3.Session", session)
    assert main(["settings"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("cdk_json")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-c", "pipeline.volume_size_gb=lots"], "must be a whole number from 1 to 16384"),
        (["-c", "validation_fraction=0.9"], "did you mean pipeline.validation_fraction?"),
        (["-c", "stack=stagin"], "did you mean staging?"),
        (["-c", "nothing"], "-c nothing: must be KEY=VALUE"),
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_deployment_in_one_line(
    capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    assert main(["settings", "--", *arguments]) == 2
    printed = capsys.readouterr().err
    assert words in printed
    assert printed.count("\n") == 1
