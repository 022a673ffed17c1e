"""More than one pipeline: which settings each has, and what would let two meddle."""

import json
from pathlib import Path
from typing import Any

import pytest

from stacks.settings.chosen import chosen_settings, forgotten
from stacks.settings.context import settings_from_context
from stacks.settings.environments import environment_of, stack_called
from stacks.settings.fields import PipelineSettings
from stacks.settings.parsing import SettingRefused
from stacks.synthesis import build_app, synthesize
from tests.infrastructure.templates import Template

CONTEXT: dict[str, Any] = {
    "pipeline": {"volume_size_gb": 60, "hyperparameters": {"epochs": 9, "momentum": 0.5}},
    "environments": {
        "staging": {"volume_size_gb": 70, "hyperparameters": {"epochs": 1}},
        "production": {"training_job_prefix": "detector"},
    },
}


def settings_of(environment: str | None, **text: str) -> PipelineSettings:
    chosen = {"stack": environment} if environment else {}
    overrides = {f"pipeline.{name}": value for name, value in text.items()}
    return settings_from_context(CONTEXT | chosen | overrides)


def refusal(**context: Any) -> str:
    with pytest.raises(SettingRefused) as refused:
        settings_from_context(context)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_an_environment_has_the_common_settings_and_its_own_over_them() -> None:
    staging = settings_of("staging")
    assert staging.volume_size_gb == 70
    assert staging.hyperparameters["epochs"] == "1"
    assert staging.hyperparameters["momentum"] == "0.5"
    assert settings_of("production").volume_size_gb == settings_of(None).volume_size_gb == 60


def test_the_command_line_wins_over_the_environment() -> None:
    assert settings_of("staging", volume_size_gb="80").volume_size_gb == 80


def test_the_jobs_of_each_environment_have_names_of_their_own() -> None:
    prefixes = [settings_of(each).training_job_prefix for each in (None, "staging", "production")]
    assert prefixes == ["gt-train", "staging-gt-train", "detector"]


def test_an_environment_that_cdk_json_does_not_speak_of_has_the_common_settings() -> None:
    settings = settings_from_context({"stack": "staging", "pipeline": {"volume_size_gb": 60}})
    assert (settings.volume_size_gb, settings.training_job_prefix) == (60, "staging-gt-train")


@pytest.mark.parametrize(
    ("context", "words"),
    [
        (CONTEXT | {"stack": "stagin"}, "did you mean staging? environments has production, stag"),
        ({"stack": "Staging"}, 'stack = "Staging": must be called by 1 to 11 lower-case letters'),
        ({"stack": "a-b"}, "1 to 11 lower-case letters and digits, a letter first"),
        ({"stack": "a" * 12}, "1 to 11"),
        ({"environments": []}, "environments = []: must be an object"),
        ({"environments": {"Prod": {}}}, 'environments.Prod = "Prod": must be called by'),
        ({"environments": {"prod": 7}}, "environments.prod = 7: must be a JSON object of settings"),
        (
            {"environments": {"prod": {"volume_size": 7}}},
            "environments.prod.volume_size = 7: unknown key; did you mean volume_size_gb?",
        ),
        (
            {"environments": {"prod": {"epochs": 7}}},
            "environments.prod.epochs = 7: must be a key of environments.prod.hyperparameters",
        ),
        (
            {"environments": {"prod": {"volume_size_gb": "70"}}},
            'environments.prod.volume_size_gb = "70": must be a whole number',
        ),
    ],
)
def test_an_environment_that_cannot_be_used_is_refused_in_one_line(
    context: dict[str, Any], words: str
) -> None:
    assert words in refusal(**context)


def test_two_pipelines_that_would_take_the_same_manifests_are_refused() -> None:
    environments = {"staging": {"labeling_prefix": "labeling/new/"}}
    shared = {"existing_bucket": "team-data"}
    assert refusal(stack="staging", pipeline=shared, environments=environments) == (
        'pipeline.labeling_prefix = "labeling/new/": must lie outside "labeling/", where'
        " GroundTruthTraining looks in the same bucket, team-data"
    )
    apart = {"staging": {"labeling_prefix": "staging/"}}
    settings_from_context({"stack": "staging", "pipeline": shared, "environments": apart})


def test_each_environment_is_a_stack_of_its_own(tmp_path: Path) -> None:
    found = [
        build_app(tmp_path / str(name), CONTEXT | ({"stack": name} if name else {}))
        .synth()
        .stacks[0]
        .stack_name
        for name in (None, "staging")
    ]
    assert found == ["GroundTruthTraining", "GroundTruthTraining-staging"]


def test_a_pipeline_creates_jobs_of_its_own_name_and_hears_of_those_of_its_own_role(
    tmp_path: Path,
) -> None:
    body = json.loads(synthesize(tmp_path, CONTEXT | {"stack": "staging"}).read_text())
    template = Template(tmp_path, body)
    grants = template.grants("StepsStartTrainingJobRole")
    created = [each for each in grants if each.startswith("sagemaker:CreateTrainingJob")]
    assert [each.rpartition(":")[2] for each in created] == ["training-job/staging-gt-train-*"]
    rule = template.of_type("Events::Rule")["EventsTrainingJobEnded"]["Properties"]
    assert template.plain(rule)["EventPattern"]["detail"]["RoleArn"] == ["<TrainingRole.Arn>"]
    executions = "arn:aws:states:eu-west-1:111122223333:execution:<WorkflowStateMachine.Name>:*"
    for role in template.of_type("IAM::Role"):
        for statement in template.statements(role):
            if {"sagemaker:CreateTrainingJob", "sagemaker:StopTrainingJob"} & set(
                statement["Action"]
                if isinstance(statement["Action"], list)
                else [statement["Action"]]
            ):
                ((tag, execution),) = statement["Condition"]["StringLike"].items()
                assert tag.endswith("Tag/gt-train:execution")
                assert execution == executions


@pytest.mark.parametrize(
    ("named", "stack"),
    [
        (None, "GroundTruthTraining"),
        ("staging", "GroundTruthTraining-staging"),
        ("GroundTruthTraining-staging", "GroundTruthTraining-staging"),
        ("Mine", "Mine"),
    ],
)
def test_a_person_names_an_environment_or_its_stack(named: str | None, stack: str) -> None:
    assert stack_called(named) == stack


@pytest.mark.parametrize(
    ("named", "environment"),
    [
        (None, None),
        ("GroundTruthTraining", None),
        ("staging", "staging"),
        ("GroundTruthTraining-staging", "staging"),
    ],
)
def test_an_environment_is_known_by_its_stack(named: str | None, environment: str | None) -> None:
    assert environment_of(named) == environment


def test_the_template_says_what_was_chosen(tmp_path: Path) -> None:
    context = CONTEXT | {"stack": "staging", "pipeline.image_buckets": "pictures"}
    body = json.loads(synthesize(tmp_path, context).read_text())
    assert body["Metadata"]["Settings"] == {
        "volume_size_gb": 70,
        "image_buckets": ["pictures"],
        "hyperparameters.epochs": "1",
        "hyperparameters.momentum": "0.5",
    }


def test_nothing_is_chosen_where_all_are_defaults() -> None:
    staging = settings_from_context({"stack": "staging"})
    assert chosen_settings(staging, "staging") == chosen_settings(PipelineSettings(), None) == {}


def test_what_was_chosen_and_is_not_now_is_forgotten() -> None:
    deployed = {"volume_size_gb": 70, "hyperparameters.epochs": "9", "label_attribute": "boxes"}
    now = {"volume_size_gb": 80, "label_attribute": "boxes"}
    assert forgotten(deployed, now) == {"hyperparameters.epochs": "9"}
