"""The ``gt-train`` command: what can be done with the pipeline on a laptop."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from cli.early_end import run_or_say_why

COMMANDS = ("demo", "validate", "evaluate", "export", "predict", "settings", "replay", "stop")
"""The modules of this package that are subcommands, each with ``add_parser``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return its exit status: 0 well, 1 rejected or failed, 2 not judged.

    A signal's status is 128 and its number, as shells have it.

    Only the subcommand's own module is imported, so that one works without the packages of the
    others.
    """
    given = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="gt-train", description="SageMaker Ground Truth labels in, trained model out."
    )
    subcommands = parser.add_subparsers(dest="command", required=True)
    asked = [command for command in COMMANDS if command in given[:1]]
    for command in asked or COMMANDS:
        try:
            import_module(f"cli.{command}").add_parser(subcommands)
        except ModuleNotFoundError as error:
            needs = f"needs {error.name}, which is not installed; make setup installs all"
            subcommands.add_parser(command, help=needs)
            if asked:
                parser.error(f"{command} {needs}")
    options, unknown = parser.parse_known_args(given)
    if unknown:
        subcommands.choices[options.command].error(f"unknown arguments: {' '.join(unknown)}")
    return run_or_say_why(options.command, lambda: options.run(options))


if __name__ == "__main__":
    sys.exit(main())
