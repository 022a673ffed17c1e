"""Looks up the stack of a deployed pipeline."""

from typing import Any

from botocore.exceptions import ClientError


class StackNotUsable(Exception):
    """There is no deployed pipeline of that name; the message says what to do."""


class OutputMissing(StackNotUsable):
    """The stack exists but is no pipeline, or none that was ever deployed to its end."""


def stack_output(cloudformation: Any, stack: str, name: str) -> str:
    """Return an output of a stack; raises ``StackNotUsable`` where there is none."""
    try:
        described = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError as error:
        reason = error.response["Error"].get("Message", str(error))
        raise StackNotUsable(
            f"{reason}. Name the stack with --stack and its region with AWS_REGION."
        ) from error
    for output in described.get("Outputs", ()):
        if output["OutputKey"] == name:
            value: str = output["OutputValue"]
            return value
    raise OutputMissing(
        f"Stack {stack} has no output {name}: it is no training pipeline, or was not deployed to"
        " its end."
    )


def stack_meant(name: str | None) -> str:
    """Return the stack that ``--stack`` means; without it, the one that ``make deploy`` deploys."""
    try:
        from stacks.settings.environments import stack_called  # noqa: PLC0415 - not for every use
    except ModuleNotFoundError as error:
        if name:
            return name
        raise StackNotUsable(
            f"The name of the stack is not known without {error.name}: name it with --stack."
        ) from error
    return stack_called(name)
