"""``gt-train replay``: hands the events that could not be processed to their functions again."""

import argparse

from botocore.exceptions import BotoCoreError, ClientError

from cli.dead_letters import Account, DeployedPipeline, Replayed, replay
from cli.deployed_stack import StackNotUsable, stack_meant
from cli.output import PatientConsole
from lambdas.pages.visible import visible


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "replay",
        help="process the events in a deployed pipeline's dead-letter queue",
        description="Read every event in the dead-letter queue of a deployed pipeline, invoke the "
        "function that should have processed it, and delete it if that went well. An event that "
        "fails again stays in the queue. Uses the AWS credentials and region of the environment.",
        epilog="Exit status: 0 the queue is empty, 1 an event is left, 2 the pipeline could not be "
        "reached.",
    )
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="the environment, or its stack (default: the one that make deploy deploys)",
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print a line for each event; return 0, 1 or 2 as the parser's epilog says."""
    console = PatientConsole(soft_wrap=True, markup=False)
    account = Account.of_environment()
    try:
        pipeline = DeployedPipeline.find(account, stack_meant(options.stack))
        left = total = 0
        for each in replay(account, pipeline):
            console.print(_line(each))
            total += 1
            left += bool(each.failure)
    except StackNotUsable as error:
        console.print(f"Not started: {visible(str(error))}")
        return 2
    except (ClientError, BotoCoreError) as error:
        console.print(
            f"Stopped; what was not replayed is still in the queue: {visible(str(error))}"
        )
        return 2
    console.print(f"{total - left} replayed, {left} left in the queue")
    return 1 if left else 0


def _line(event: Replayed) -> str:
    target = f" → {event.function}" if event.function else ""
    line = f"{visible(event.subject)}{target}"
    return f"left      {line}: {visible(event.failure)}" if event.failure else f"replayed  {line}"
