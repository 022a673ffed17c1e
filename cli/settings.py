"""``gt-train settings``: what a deployment would change back to its default without being asked."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from cli.project_policy import SETTINGS, command_context
from lambdas.pages.visible import visible
from stacks.settings.chosen import METADATA_KEY, chosen_settings, forgotten
from stacks.settings.context import settings_from_context
from stacks.settings.environments import chosen_environment, stack_name
from stacks.settings.parsing import CONTEXT_KEY, SettingRefused, shown


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "settings",
        help="show the settings that are not defaults, and what a deployment would reset",
        description="Print the settings of cdk.json and -c that differ from their defaults, and "
        "warn of those of the deployed stack that a deployment would set back to their defaults, "
        "because they were given by -c and are not now. make deploy runs it first. Exit status: "
        "0, or 2 where a setting cannot be used.",
    )
    parser.add_argument("--stack", metavar="NAME", help="the environment, or its stack")
    parser.add_argument(
        "cdk",
        metavar="-- ARGUMENT",
        nargs="*",
        help="arguments for the CDK CLI, of which -c KEY=VALUE and --profile count",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each setting; return 0, or 2 where one cannot be used."""
    given = _cdk_arguments(options.cdk)
    try:
        context = command_context(SETTINGS, options.stack, given.context)
        environment = chosen_environment(context)
        now = chosen_settings(settings_from_context(context), environment)
    except SettingRefused as error:
        sys.stderr.write(f"gt-train settings: {visible(str(error))}\n")
        return 2
    stack = stack_name(environment)
    for name, value in now.items():
        sys.stdout.write(f"{CONTEXT_KEY}.{name} = {visible(shown(value))}\n")
    for name, value in forgotten(_deployed(stack, given.profile), now).items():
        sys.stderr.write(
            f"Warning: {CONTEXT_KEY}.{name} is {visible(shown(value))} in {stack} and would go back"
            " to its default; to keep it, write it into cdk.json.\n"
        )
    return 0


def _cdk_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-c", "--context", action="append", default=[])
    parser.add_argument("--profile")
    return parser.parse_known_args(arguments)[0]


def _deployed(stack: str, profile: str | None) -> Mapping[str, Any]:
    """Return the settings of a deployed stack; none where it is not there or not to be reached."""
    try:
        cloudformation = boto3.Session(profile_name=profile).client("cloudformation")
        body = cloudformation.get_template(StackName=stack, TemplateStage="Original")
        template: Mapping[str, Any] = body["TemplateBody"]
        found: Mapping[str, Any] = template.get("Metadata", {}).get(METADATA_KEY, {})
    except (BotoCoreError, ClientError, AttributeError):  # whoever deploys is told by the CDK CLI
        return {}
    return found
