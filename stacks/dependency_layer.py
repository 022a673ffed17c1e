"""Fills the folders of the Lambda layers: the functions' packages as pip has them for Lambda.

To add a package or change a version: pin it in requirements.txt, name it in a layer's ``packages``
if the functions import it, and run ``python -m stacks.layer_requirements``.
"""

import hashlib
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from stacks.build_folder import build_folder


@dataclass(frozen=True, slots=True)
class DependencyLayer:
    """What functions import besides boto3, which Lambda brings."""

    requirements: str
    """The project's file that pins the layer's whole content by hash."""
    packages: tuple[str, ...]
    """What the functions name in their imports."""


SHARED = DependencyLayer(
    "requirements-layer.txt",
    (
        *("msgspec", "leather", "jinja2", "markupsafe", "pillow"),
        *("aws-lambda-powertools", "aws-xray-sdk"),
    ),
)
"""Of all functions."""

CHECK_IMAGES = DependencyLayer("requirements-layer-check-images.txt", ("awscrt",))
"""Of ``check_images``, on top: botocore imports awscrt wherever it is to be found, and every other
function would pay for that at its cold start (docs/adr/0009-powertools.md)."""

LAYERS = (SHARED, CHECK_IMAGES)

PYTHON = "3.13"
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64")
"""Lambda's Python 3.13 runs on Amazon Linux 2023, which has glibc 2.34."""

PIP = (sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check")
FOR_LAMBDA = (
    *(flag for platform in PLATFORMS for flag in ("--platform", platform)),
    *("--python-version", PYTHON, "--implementation", "cp"),
    *("--only-binary", ":all:"),
)


def pins(requirements: Path) -> dict[str, str]:
    """Return the version of each package that a requirements file pins with ``==``."""
    found = re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;#\\]+)", requirements.read_text())
    return {normalized(name): version for name, version in found}


def normalized(name: str) -> str:
    """Return a package's name as pip compares it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def layer_folder(requirements: Path, cache: Path) -> Path:
    """Return a folder with the layer's content, filled by pip unless ``cache`` has it already.

    ``requirements`` names every package with its hash: pip installs exactly those files or fails;
    what they depend on besides comes with Lambda.
    The folder is named after that file's text and the platform. pip compiles nothing: bytecode of
    another minor version is of no use to Lambda, and compiling would make the content differ by
    host. Raises ``subprocess.CalledProcessError`` where pip cannot install.
    """
    described = "\n".join([*PLATFORMS, PYTHON, "readable by all", requirements.read_text()])
    packages = Path("python") / "lib" / f"python{PYTHON}" / "site-packages"
    return build_folder(
        cache,
        f"layer-{hashlib.sha256(described.encode()).hexdigest()[:16]}",
        lambda folder: _install(requirements, folder / packages),
    )


def _install(requirements: Path, target: Path) -> None:
    subprocess.run(
        [
            *(*PIP, *FOR_LAMBDA, "--no-compile", "--target", str(target)),
            *("--no-deps", "--require-hashes", "--requirement", str(requirements)),
        ],
        check=True,
    )
