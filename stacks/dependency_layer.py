"""Fills the folder of the Lambda layer: the functions' packages as pip has them for Lambda."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGES = ("msgspec",)
"""What the functions import besides boto3, which Lambda brings."""

PYTHON = "3.13"
PLATFORM = "manylinux2014_aarch64"


def pinned(requirements: Path, packages: Sequence[str] = PACKAGES) -> list[str]:
    """Return ``name==version`` of each package, as the requirements file pins it.

    Raises ``LookupError`` where a package is not pinned there.
    """
    pins = dict(re.findall(r"(?m)^([A-Za-z0-9._-]+)==([^\s;#]+)", requirements.read_text()))
    missing = [name for name in packages if name not in pins]
    if missing:
        raise LookupError(f"{requirements.name} must pin {', '.join(missing)} with ==")
    return [f"{name}=={pins[name]}" for name in packages]


def layer_folder(requirements: Path, cache: Path) -> Path:
    """Return a folder with the layer's content, filled by pip unless ``cache`` has it already.

    The folder is named after the pins and the platform. pip compiles nothing: bytecode of another
    minor version is of no use to Lambda, and compiling would make the content differ by host.
    Raises ``subprocess.CalledProcessError`` where pip cannot install.
    """
    pins = pinned(requirements)
    identity = hashlib.sha256("\n".join([PLATFORM, PYTHON, *pins]).encode()).hexdigest()[:16]
    folder = cache / f"layer-{identity}"
    if folder.exists():
        return folder
    unfinished = cache / f"{folder.name}.{os.getpid()}"
    shutil.rmtree(unfinished, ignore_errors=True)
    _install(pins, unfinished / "python" / "lib" / f"python{PYTHON}" / "site-packages")
    try:
        unfinished.rename(folder)
    except OSError:  # another process was faster
        shutil.rmtree(unfinished)
    return folder


def _install(pins: Sequence[str], target: Path) -> None:
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
            *("--platform", PLATFORM, "--python-version", PYTHON, "--implementation", "cp"),
            *("--only-binary", ":all:", "--no-deps", "--no-compile", "--target", str(target)),
            *pins,
        ],
        check=True,
    )
