"""Looks up the stack of a deployed pipeline."""

from typing import Any

from botocore.exceptions import ClientError


class StackNotUsable(Exception):
    """There is no deployed pipeline of that name; the message says what to do."""


def stack_output(cloudformation: Any, stack: str, name: str) -> str:
    """Return an output of a stack; raises ``StackNotUsable`` where there is no such output."""
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
    raise StackNotUsable(
        f"Stack {stack} has no output {name}: it is no training pipeline, or was not deployed to"
        " its end."
    )


def stack_deployed_by_default() -> str:
    """Return the name of the stack that ``make deploy`` deploys."""
    try:
        from stacks.synthesis import STACK_NAME  # noqa: PLC0415 - starts the CDK's Node.js
    except ModuleNotFoundError as error:
        raise StackNotUsable(
            f"The name of the stack is not known without {error.name}: name it with --stack."
        ) from error
    return STACK_NAME
