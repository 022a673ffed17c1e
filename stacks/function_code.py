"""The folder of the functions' code: what they run of this project, and nothing else."""

import hashlib
import shutil
from pathlib import Path

from stacks.build_folder import build_folder

PACKAGE = "lambdas"
SUFFIXES = (".py", ".jinja", ".css")
"""Modules, and the templates of the pages."""


def code_folder(project: Path, cache: Path) -> Path:
    """Return a folder that holds a copy of ``lambdas``, named in ``cache`` after its content.

    Whatever else lies in the checkout stays out: notes, keys, what an editor keeps beside a file,
    and every link, which may lead out of the project.
    """
    files = sorted(path for path in (project / PACKAGE).rglob("*") if _runs(path, project))
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(project).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)

    def copy(folder: Path) -> None:
        for path in files:
            target = folder / path.relative_to(project)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)

    return build_folder(cache, f"functions-{digest.hexdigest()[:16]}", copy)


def _runs(path: Path, project: Path) -> bool:
    names = path.relative_to(project).parts
    linked = any((project / Path(*names[: end + 1])).is_symlink() for end in range(len(names)))
    hidden = any(name.startswith(".") for name in names)
    return path.suffix in SUFFIXES and path.is_file() and not linked and not hidden
