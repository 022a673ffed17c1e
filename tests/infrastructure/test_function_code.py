"""What is deployed of this project: the functions' modules and templates, readable for Lambda."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from stacks.build_folder import build_folder
from stacks.dependency_layer import LAYERS, layer_folder
from stacks.function_code import code_folder
from stacks.synthesis import BUILD, PROJECT
from tests.infrastructure.templates import Template


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The package as somebody has it who lets nobody else read his files."""
    folder = tmp_path / "checkout"
    shutil.copytree(PROJECT / "lambdas", folder / "lambdas")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return folder


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def modes(folder: Path) -> set[tuple[bool, int]]:
    """Whether each path is a folder, and its permissions."""
    return {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))
    }


def test_the_asset_holds_the_modules_and_the_templates(template: Template) -> None:
    (source,) = (each for each in template.folder.glob("asset.*") if (each / "lambdas").exists())
    package = PROJECT / "lambdas"
    modules = {each.relative_to(PROJECT).as_posix() for each in package.rglob("*.py")}
    pages = {
        each.relative_to(PROJECT).as_posix()
        for folder in package.rglob("templates")
        for each in folder.iterdir()
    }
    assert files(source) == modules | pages


def test_what_else_lies_in_the_package_stays_out(checkout: Path, tmp_path: Path) -> None:
    clean = files(code_folder(checkout, tmp_path / "build"))
    package = checkout / "lambdas"
    outside = tmp_path / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "folder" / "module.py").write_text("secret = 1")
    for name in ("secret.pem", "notes~", "contract.py.orig", ".#contract.py", ".env"):
        (package / name).write_text("secret")
    (package / "__pycache__").mkdir(exist_ok=True)
    (package / "__pycache__" / "contract.cpython-313.pyc").write_text("")
    (package / ".cache").mkdir()
    (package / ".cache" / "module.py").write_text("")
    (package / "linked.py").symlink_to(outside / "folder" / "module.py")
    (package / "linked").symlink_to(outside / "folder", target_is_directory=True)
    (package / "dangling.py").symlink_to(outside / "nothing.py")

    assert files(code_folder(checkout, tmp_path / "build")) == clean
    assert len(list((tmp_path / "build").iterdir())) == 1


def test_a_changed_module_is_other_code(checkout: Path, tmp_path: Path) -> None:
    before = code_folder(checkout, tmp_path / "build")
    (checkout / "lambdas" / "contract.py").write_text("changed = True")
    after = code_folder(checkout, tmp_path / "build")
    assert (after / "lambdas" / "contract.py").read_text() == "changed = True"
    assert after != before


def test_code_is_readable_for_lambda_whatever_the_modes_of_the_checkout(
    checkout: Path, tmp_path: Path
) -> None:
    assert modes(code_folder(checkout, tmp_path / "build")) == {(True, 0o755), (False, 0o644)}


def test_what_runs_keeps_running_and_everything_can_be_read(tmp_path: Path) -> None:
    def fill(folder: Path) -> None:
        (folder / "package").mkdir(mode=0o700)
        (folder / "package" / "module.py").touch(mode=0o600)
        (folder / "library.so").touch(mode=0o700)

    folder = build_folder(tmp_path, "layer", fill)
    assert modes(folder / "package") == {(True, 0o755), (False, 0o644)}
    assert modes(folder / "library.so") == {(False, 0o755)}


def test_every_asset_is_readable_for_lambda_when_synthesized_under_umask_077(
    checkout: Path, tmp_path: Path
) -> None:
    requirements = [each.requirements for each in LAYERS]
    for name in ("app.py", "cdk.json", *requirements, "stacks"):
        source = PROJECT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, checkout / name)
    (checkout / "build").mkdir()
    for kept in BUILD.glob("training-images-*.json"):
        shutil.copy(kept, checkout / "build")
    for name in requirements:
        layer = layer_folder(PROJECT / name, BUILD)
        shutil.copytree(layer, checkout / "build" / layer.name)
    outdir = tmp_path / "cdk.out"
    done = subprocess.run(
        [sys.executable, "-P", "-c", "import sys; sys.path[0:0] = ['.']; import app; app.main()"],
        cwd=checkout,
        env={**os.environ, "CDK_OUTDIR": str(outdir), "PYTHONPATH": str(checkout)},
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assets = [path for path in outdir.glob("asset.*") if path.is_dir()]
    assert len(assets) == 1 + len(LAYERS)
    unreadable = [
        path
        for asset in assets
        for path in asset.rglob("*")
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) not in (0o644, 0o755)
    ]
    assert unreadable == []
