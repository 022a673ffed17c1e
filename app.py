"""Entry point of the CDK CLI: synthesizes the pipeline with the settings of cdk.json and ``-c``."""

import os
import sys

from stacks.settings.parsing import SettingRefused
from stacks.synthesis import build_app, cli_environment


def main() -> int:
    """Write the cloud assembly; a setting that cannot be used is one line, and status 1."""
    try:
        build_app(environment=cli_environment(os.environ)).synth()
    except SettingRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
