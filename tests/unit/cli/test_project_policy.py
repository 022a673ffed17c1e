"""The policy on a laptop is that of the deployed pipeline."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.project_policy import SETTINGS, command_context
from cli.project_policy import project_policy as policy_of
from lambdas.manifest.policy import Policy
from stacks.settings.context import settings_from_context
from stacks.settings.parsing import SettingRefused
from stacks.synthesis import project_context


def project_policy(label_attribute: str | None, buckets: list[str], file: Path) -> Policy:
    return policy_of(command_context(file), label_attribute, buckets)


def settings(path: Path, **pipeline: Any) -> Path:
    file = path / "cdk.json"
    file.write_text(json.dumps({"context": {"pipeline": pipeline}}), encoding="utf-8")
    return file


def test_the_project_s_own_settings_are_those_that_the_stack_gets() -> None:
    policy = project_policy(None, [], SETTINGS)
    config = settings_from_context(project_context())
    assert policy.hyperparameters == config.hyperparameters
    for name in ("validation_fraction", "max_invalid_fraction", "max_unlabeled_fraction"):
        assert getattr(policy, name) == getattr(config, name)


def test_every_setting_that_judges_a_manifest_is_obeyed(tmp_path: Path) -> None:
    file = settings(
        tmp_path,
        label_attribute="boxes",
        validation_fraction=0.3,
        empty_images="drop",
        max_invalid_fraction=0.01,
        max_unlabeled_fraction=0.02,
        split_group_pattern="(.*)-",
        hyperparameters={"image_shape": 512},
    )
    policy = project_policy(None, [], file)
    assert policy.label_attribute == "boxes"
    assert policy.validation_fraction == 0.3
    assert policy.empty_images == "drop"
    assert (policy.max_invalid_fraction, policy.max_unlabeled_fraction) == (0.01, 0.02)
    assert policy.group_pattern == "(.*)-"
    assert policy.image_shape == 512


def test_a_label_attribute_on_the_command_line_wins(tmp_path: Path) -> None:
    file = settings(tmp_path, label_attribute="boxes")
    assert project_policy("others", [], file).label_attribute == "others"


def test_named_buckets_and_those_of_the_settings_may_hold_images(tmp_path: Path) -> None:
    file = settings(tmp_path, image_buckets=["their-images"])
    policy = project_policy(None, ["own-bucket"], file)
    assert policy.image_buckets == {"their-images", "own-bucket"}


def test_without_the_pipeline_s_bucket_no_image_is_found_fault_with(tmp_path: Path) -> None:
    file = settings(tmp_path, image_buckets=["their-images"])
    assert project_policy(None, [], file).image_buckets == frozenset()


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"context": 5}', '{"context": {"pipeline": 5}}']
)
def test_a_file_that_holds_no_settings_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    file = tmp_path / "cdk.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingRefused) as refused:
        project_policy(None, [], file)
    assert "\n" not in str(refused.value)


def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingRefused, match="validation_fraction"):
        project_policy(None, [], settings(tmp_path, validation_fraction=2))
