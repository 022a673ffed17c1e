"""The ``gt-train`` command: what can be done with the pipeline on a laptop."""

import argparse
import sys
from collections.abc import Sequence

from cli import demo, evaluate, replay, validate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a subcommand; return its exit status: 0 well, 1 refused or failed, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="gt-train", description="SageMaker Ground Truth labels in, trained model out."
    )
    subcommands = parser.add_subparsers(dest="command", required=True)
    demo.add_parser(subcommands)
    validate.add_parser(subcommands)
    evaluate.add_parser(subcommands)
    replay.add_parser(subcommands)
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


if __name__ == "__main__":
    sys.exit(main())
