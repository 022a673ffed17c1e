"""The ``gt-train`` command: what can be done with the pipeline on a laptop."""

import argparse
import sys
from collections.abc import Sequence

from cli import demo, replay, validate
from cli.early_end import run_or_say_why


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return its exit status: 0 well, 1 rejected or failed, 2 not judged.

    A signal's status is 128 and its number, as shells have it.
    """
    parser = argparse.ArgumentParser(
        prog="gt-train", description="SageMaker Ground Truth labels in, trained model out."
    )
    subcommands = parser.add_subparsers(dest="command", required=True)
    demo.add_parser(subcommands)
    validate.add_parser(subcommands)
    replay.add_parser(subcommands)
    options = parser.parse_args(arguments)
    return run_or_say_why(options.command, lambda: options.run(options))


if __name__ == "__main__":
    sys.exit(main())
