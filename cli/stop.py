"""``gt-train stop``: stops what a deployed pipeline has under way, as before it is destroyed."""

import argparse
import sys
import time

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from cli.deployed_stack import OutputMissing, StackNotUsable, stack_meant
from cli.output import PatientConsole
from cli.running_work import Account, RunningWork
from lambdas.pages.visible import visible

LOOK_AGAIN_SECONDS = 5.0
"""A function that was at work when its execution was stopped may still have created a job."""


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "stop",
        help="stop the executions and training jobs that a deployed pipeline has under way",
        description="Name every execution of a deployed pipeline that runs and every training job "
        "that is billed for it, ask, and stop them. make destroy does this first: once the stack "
        "is gone nothing would stop its training jobs before their maximum runtime. Uses the AWS "
        "credentials and region of the environment.",
        epilog="Exit status: 0 nothing is under way (any more), 1 it was not to be stopped, 2 the "
        "pipeline could not be reached.",
    )
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="the stack of the pipeline (default: the one that make deploy deploys)",
    )
    parser.add_argument("--yes", action="store_true", help="stop without asking")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Stop what is under way; return 0, 1 or 2 as the parser's epilog says."""
    console = PatientConsole(markup=False, soft_wrap=True)
    try:
        account = Account.of_environment()
        stack = stack_meant(options.stack)
        work = RunningWork.of_stack(account, stack)
        if not work:
            console.print(f"{stack} has nothing under way.")
            return 0
        _print(work, console)
        if not (options.yes or _agreed(console)):
            console.print("Nothing was stopped.")
            return 1
        while work:
            work.stop(account)
            time.sleep(LOOK_AGAIN_SECONDS)
            work = RunningWork.of_stack(account, stack)
            _print(work, console)
    except OutputMissing as error:
        console.print(f"{visible(str(error))} Nothing can be under way.")
        return 0
    except StackNotUsable as error:
        console.print(f"Nothing was stopped: {visible(str(error))}")
        return 2
    except (ClientError, BotoCoreError) as error:
        console.print(f"Not everything was stopped: {visible(str(error))}")
        return 2
    console.print("All of it is stopped.")
    return 0


def _print(work: RunningWork, console: Console) -> None:
    for execution in work.executions:
        console.print(f"running  execution     {visible(execution.rpartition(':')[2])}")
    for job in work.training_jobs:
        console.print(f"running  training job  {visible(job)}")


def _agreed(console: Console) -> bool:
    if not sys.stdin.isatty():
        console.print("Nobody can be asked whether to stop it: say so with --yes.")
        return False
    return console.input("Stop all of it? [y/N] ").strip().lower() in ("y", "yes")
