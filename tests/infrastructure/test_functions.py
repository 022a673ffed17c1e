"""The functions: code, environment, runtime and layer."""

import importlib
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from lambdas import settings
from stacks.synthesis import PROJECT
from tests.infrastructure.templates import Template

MODULES = [
    "start_execution",
    "validate_manifest",
    "start_training_job",
    "await_training_job",
    "resume_execution",
    "reconcile_training_jobs",
    "record_model",
    "close_execution",
]


def settings_of(module: str) -> type[msgspec.Struct]:
    name = module.title().replace("_", "") + "Settings"
    found: type[msgspec.Struct] = getattr(settings, name)
    return found


def asset(template: Template, folder_with: str) -> Path:
    (found,) = (each for each in template.folder.glob("asset.*") if (each / folder_with).exists())
    return found


def test_there_is_a_function_for_every_step_and_event(template: Template) -> None:
    assert sorted(template.functions()) == sorted(MODULES)


@pytest.mark.parametrize("module", MODULES)
def test_a_functions_handler_can_be_imported(template: Template, module: str) -> None:
    name, _, attribute = template.functions()[module]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(name), attribute))


@pytest.mark.parametrize("module", MODULES)
def test_a_functions_environment_is_exactly_what_its_settings_read(
    template: Template, module: str
) -> None:
    variables = template.functions()[module]["Environment"]["Variables"]
    read = {
        settings.variable_name(each.name) for each in msgspec.structs.fields(settings_of(module))
    }
    assert variables.keys() == read | {"POWERTOOLS_SERVICE_NAME"}


def test_logs_metrics_and_traces_carry_the_stacks_name(template: Template) -> None:
    for properties in template.functions().values():
        variables = properties["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == "GroundTruthTraining"


@pytest.mark.parametrize("module", MODULES)
def test_a_functions_settings_load_from_its_environment(customized: Template, module: str) -> None:
    variables = customized.functions()[module]["Environment"]["Variables"]
    assert settings.load(settings_of(module), variables)


def test_settings_reach_the_functions_as_they_were_given(customized: Template) -> None:
    environment = {
        module: properties["Environment"]["Variables"]
        for module, properties in customized.functions().items()
    }
    validation = settings.load(settings.ValidateManifestSettings, environment["validate_manifest"])
    start = settings.load(settings.StartTrainingJobSettings, environment["start_training_job"])
    assert validation.label_attribute == "boxes"
    assert validation.image_buckets == ("first-images", "second-images")
    assert validation.split_group_pattern == "^[^/]+/"
    assert start.instance_types == ("ml.g5.xlarge", "ml.p3.2xlarge")
    assert start.hyperparameters["epochs"] == "30"
    assert start.training_job_prefix == "detector"
    assert start.training_image == "685385470294.dkr.ecr.eu-west-1.amazonaws.com/object-detection:1"


@pytest.mark.parametrize("module", MODULES)
def test_an_environment_is_far_below_lambdas_four_kilobytes(
    customized: Template, module: str
) -> None:
    variables: Mapping[str, str] = customized.functions()[module]["Environment"]["Variables"]
    assert sum(len(name) + len(value) for name, value in variables.items()) < 2_000


@pytest.mark.parametrize("module", MODULES)
def test_every_function_runs_on_arm_is_traced_and_logs_json_to_its_own_group(
    template: Template, module: str
) -> None:
    properties = template.functions()[module]
    assert properties["Runtime"] == "python3.13"
    assert properties["Architectures"] == ["arm64"]
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"
    groups = {each["LoggingConfig"]["LogGroup"] for each in template.functions().values()}
    assert len(groups) == len(MODULES)


def test_only_validation_and_reconciliation_get_lambdas_longest_time(template: Template) -> None:
    timeouts = {module: each["Timeout"] for module, each in template.functions().items()}
    assert timeouts.pop("validate_manifest") == 900
    assert timeouts.pop("reconcile_training_jobs") == 900
    assert set(timeouts.values()) == {60}


def test_all_functions_share_one_source_and_one_layer(template: Template) -> None:
    functions = template.functions().values()
    assert len({json.dumps(each["Code"]) for each in functions}) == 1
    assert len({json.dumps(each["Layers"]) for each in functions}) == 1


def test_the_source_asset_holds_the_functions_package_and_nothing_else(
    template: Template,
) -> None:
    source = asset(template, "lambdas")
    files = {str(each.relative_to(source)) for each in source.rglob("*") if each.is_file()}
    project = {
        str(each.relative_to(PROJECT))
        for each in (PROJECT / "lambdas").rglob("*")
        if each.is_file() and each.suffix != ".pyc"
    }
    assert files == project
