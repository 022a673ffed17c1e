"""The functions: code, environment, runtime and layers."""

import importlib
import json
import subprocess
import sys
from collections.abc import Mapping

import msgspec
import pytest

from lambdas import settings
from tests.infrastructure.templates import Template

MODULES = [
    "start_execution",
    "validate_manifest",
    "check_images",
    "set_images_aside",
    "start_training_job",
    "await_training_job",
    "resume_execution",
    "reconcile_jobs",
    "record_model",
    "prepare_evaluation",
    "start_transform_job",
    "await_transform_job",
    "evaluate_model",
    "register_model",
    "close_execution",
]


def settings_of(module: str) -> type[msgspec.Struct]:
    name = module.title().replace("_", "") + "Settings"
    found: type[msgspec.Struct] = getattr(settings, name)
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
    environment = template.functions()[module]["Environment"]["Variables"]
    loaded = settings.load(settings_of(module), environment)
    assert environment == {
        **settings.variables(loaded),
        "POWERTOOLS_SERVICE_NAME": "GroundTruthTraining",
        "POWERTOOLS_LOG_LEVEL": "INFO",
        # Where awscrt is: botocore is not to use it.
        **({"BOTO_DISABLE_CRT": "true"} if module == "check_images" else {}),
    }


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


def test_only_what_reads_much_and_the_reconciliation_get_more_than_a_small_function(
    template: Template,
) -> None:
    sizes = {
        module: (each["Timeout"], each["MemorySize"], each["EphemeralStorage"]["Size"])
        for module, each in template.functions().items()
    }
    assert sizes.pop("validate_manifest") == (900, 1769, 1024)
    assert sizes.pop("set_images_aside") == (900, 1769, 1024)
    assert sizes.pop("check_images") == (90, 512, 512)
    assert sizes.pop("reconcile_jobs") == (900, 512, 512)
    for module in ("prepare_evaluation", "evaluate_model"):
        assert sizes.pop(module) == (900, 1769, 512)
    assert set(sizes.values()) == {(60, 512, 512)}


def test_all_functions_share_one_source(template: Template) -> None:
    functions = template.functions().values()
    assert len({json.dumps(each["Code"]) for each in functions}) == 1


def test_all_functions_share_one_layer_and_only_the_one_that_reads_images_has_another(
    template: Template,
) -> None:
    layers = {module: each["Layers"] for module, each in template.functions().items()}
    assert layers.pop("check_images") == ["<FunctionsDependencies>", "<StepsImageDependencies>"]
    assert list(layers.values()) == [["<FunctionsDependencies>"]] * len(layers)


def test_no_other_function_needs_what_that_layer_holds() -> None:
    others = ", ".join(f"lambdas.handlers.{each}" for each in MODULES if each != "check_images")
    script = f"import sys; sys.modules['awscrt'] = None; import {others}"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_where_images_are_not_looked_at_nothing_is_deployed_to_look_at_them_with(
    unchecked: Template,
) -> None:
    assert list(unchecked.of_type("Lambda::LayerVersion")) == ["FunctionsDependencies"]
    assert not {"check_images", "set_images_aside"} & unchecked.functions().keys()
