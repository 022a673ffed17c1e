"""Builds the CDK app from the project's folder, for the CLI, the demo and the tests."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import App, Environment

from stacks.dependency_layer import CHECK_IMAGES, SHARED, layer_folder
from stacks.function_code import code_folder
from stacks.pipeline_stack import BuildInputs, PipelineStack
from stacks.regions import is_supported, refuse_unsupported
from stacks.settings.chosen import chosen_settings
from stacks.settings.context import settings_from_context
from stacks.settings.cross_checks import refuse_key_of_another_region
from stacks.settings.environments import chosen_environment, stack_name
from stacks.training_image import training_images

PROJECT = Path(__file__).resolve().parent.parent
BUILD = PROJECT / "build"
"""What synth downloads and need not download again."""


def build_app(
    outdir: Path | None = None,
    context: Mapping[str, Any] | None = None,
    environment: Environment | None = None,
) -> App:
    """Return the app, not yet synthesized.

    ``outdir`` takes the cloud assembly; without it, the place that the CDK CLI has named.
    ``context`` is what ``-c`` says, on top of cdk.json's; the CLI's own context wins over both.
    Without an ``environment`` the stack can be deployed to any account and region.
    Raises ``SettingRefused`` where a setting cannot be used.
    """
    app = App(
        outdir=str(outdir) if outdir else None,
        context={**project_context(), **(context or {})},
        analytics_reporting=False,
    )
    context = app.node.get_all_context()
    settings = settings_from_context(context)
    environment_name = chosen_environment(context)
    if environment and environment.region:
        refuse_unsupported(environment.region)
        refuse_key_of_another_region(settings, environment.region)
    images = training_images(BUILD)
    inputs = BuildInputs(
        code=code_folder(PROJECT, BUILD),
        layer=layer_folder(PROJECT / SHARED.requirements, BUILD),
        check_images_layer=layer_folder(PROJECT / CHECK_IMAGES.requirements, BUILD),
        training_images={each: images[each] for each in images if is_supported(each)},
    )
    PipelineStack(
        app,
        stack_name(environment_name),
        settings=settings,
        chosen=chosen_settings(settings, environment_name),
        inputs=inputs,
        env=environment,
        description="Trains an object detector on each finished Ground Truth labeling job",
    )
    return app


def synthesize(outdir: Path, context: Mapping[str, Any] | None = None) -> Path:
    """Write the cloud assembly to ``outdir`` without the CLI; return the template's path.

    The CDK checks the template against its schema with a validator that takes most of the time;
    set ``CDK_VALIDATION=false`` to skip it.
    """
    assembly = build_app(outdir, context).synth()
    return Path(assembly.stacks[0].template_full_path)


def cli_environment(variables: Mapping[str, str]) -> Environment | None:
    """Return the account and region that the CDK CLI has found for the user, if it has."""
    account, region = variables.get("CDK_DEFAULT_ACCOUNT"), variables.get("CDK_DEFAULT_REGION")
    return Environment(account=account, region=region) if account and region else None


def project_context() -> dict[str, Any]:
    """Return cdk.json's context, which the CDK reads only when its CLI runs the app."""
    context: dict[str, Any] = json.loads((PROJECT / "cdk.json").read_text())["context"]
    return context
