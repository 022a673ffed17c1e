"""Writes the requirements files of the Lambda layers: their packages with their hashes.

``python -m stacks.layer_requirements``
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stacks.dependency_layer import FOR_LAMBDA, LAYERS, PIP, normalized, pins

PROJECT = Path(__file__).resolve().parent.parent
REQUIREMENTS = PROJECT / "requirements.txt"

BROUGHT_BY_LAMBDA = frozenset({"botocore", "jmespath", "python-dateutil", "six", "urllib3"})
"""boto3's own dependencies, which come with it (Lambda developer guide, lambda-python.html, the
SDK in the runtime). A second botocore in a layer would not fit the boto3 beside it."""

HEADER = (
    "# A Lambda layer, for Linux on arm64. Written by: python -m stacks.layer_requirements\n"
    "# Versions are those of requirements.txt.\n"
)


def layer_requirements(report: Mapping[str, Any], pinned: Mapping[str, str]) -> str:
    """Return the requirements file for what pip's installation report says it would install.

    ``pinned`` are the versions of requirements.txt, which the tests on this machine run with.
    Raises ``LookupError`` for a package that is not pinned there at the same version.
    """
    lines = []
    for item in report["install"]:
        name, version = normalized(item["metadata"]["name"]), item["metadata"]["version"]
        if name in BROUGHT_BY_LAMBDA:
            continue
        if pinned.get(name) != version:
            raise LookupError(
                f"requirements.txt must pin {name}=={version}, which a layer needs;"
                f" it has {pinned.get(name, 'no such pin')}"
            )
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={version} --hash=sha256:{digest}\n")
    return HEADER + "".join(sorted(lines))


def _report(packages: tuple[str, ...]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as nowhere:
        done = subprocess.run(
            [
                *(*PIP, *FOR_LAMBDA, "--dry-run", "--ignore-installed", "--report", "-"),
                *("--target", nowhere, "--constraint", str(REQUIREMENTS), *packages),
            ],
            check=True,
            stdout=subprocess.PIPE,
        )
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main() -> int:
    """Write the files; a package without a pin is one line, and status 1."""
    for layer in LAYERS:
        try:
            text = layer_requirements(_report(layer.packages), pins(REQUIREMENTS))
        except LookupError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        (PROJECT / layer.requirements).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
