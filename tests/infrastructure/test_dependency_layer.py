"""The layers: what their requirements pin, by hash, for Lambda's Python and processor."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from stacks.dependency_layer import (
    CHECK_IMAGES,
    LAYERS,
    SHARED,
    DependencyLayer,
    layer_folder,
    normalized,
    pins,
)
from stacks.layer_requirements import REQUIREMENTS, layer_requirements
from stacks.synthesis import BUILD, PROJECT
from tests.infrastructure.templates import Template


def reported(name: str, version: str, sha256: str = "0" * 64) -> dict[str, Any]:
    """One package in the report of ``pip install --report``."""
    return {
        "metadata": {"name": name, "version": version},
        "download_info": {"archive_info": {"hashes": {"sha256": sha256}}},
    }


def requirements_of(layer: DependencyLayer) -> Path:
    return PROJECT / layer.requirements


@pytest.mark.parametrize("layer", LAYERS)
def test_everything_in_a_layer_is_pinned_by_hash(layer: DependencyLayer) -> None:
    lines = [
        line for line in requirements_of(layer).read_text().splitlines() if not line.startswith("#")
    ]
    assert lines
    assert [
        line for line in lines if not re.fullmatch(r"[\w.-]+==\S+ --hash=sha256:[0-9a-f]{64}", line)
    ] == []


@pytest.mark.parametrize("layer", LAYERS)
def test_lambda_runs_the_versions_that_the_tests_run(layer: DependencyLayer) -> None:
    pinned, here = pins(requirements_of(layer)), pins(REQUIREMENTS)
    assert pinned == {name: here.get(name) for name in pinned}
    assert pinned.keys() >= {normalized(name) for name in layer.packages}


def test_no_package_is_in_two_layers() -> None:
    assert not pins(requirements_of(SHARED)).keys() & pins(requirements_of(CHECK_IMAGES)).keys()


LAMBDAS_PYTHON, ANY_PYTHON = ".cpython-313-aarch64-linux-gnu.so", ".abi3.so"
AARCH64 = b"\xb7\0"
"""The processor in an ELF file's header (EM_AARCH64)."""


def installed_in(packages: Path) -> dict[str, str]:
    """The version of each package that pip has installed in a folder."""
    return {
        normalized(name): version
        for name, version in (
            each.name.removesuffix(".dist-info").rsplit("-", 1)
            for each in packages.glob("*.dist-info")
        )
    }


@pytest.mark.parametrize(
    ("layer", "resource"),
    [(SHARED, "FunctionsDependencies"), (CHECK_IMAGES, "StepsImageDependencies")],
)
def test_a_layer_holds_the_pinned_packages_for_lambdas_python_and_processor(
    template: Template, layer: DependencyLayer, resource: str
) -> None:
    content = template.of_type("Lambda::LayerVersion")[resource]["Properties"]["Content"]
    asset = template.folder / f"asset.{Path(content['S3Key']).stem}"
    packages = asset / "python" / "lib" / "python3.13" / "site-packages"
    assert installed_in(packages) == pins(requirements_of(layer))
    libraries = list(packages.rglob("*.so"))
    assert libraries
    assert all(each.name.endswith((LAMBDAS_PYTHON, ANY_PYTHON)) for each in libraries)
    assert {each.read_bytes()[18:20] for each in libraries} == {AARCH64}
    assert not list(packages.rglob("*.pyc"))


def test_a_file_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    forged = tmp_path / "requirements.txt"
    forged.write_text(re.sub(r"[0-9a-f]{64}", "0" * 64, requirements_of(SHARED).read_text()))
    with pytest.raises(subprocess.CalledProcessError):
        layer_folder(forged, tmp_path / "build")
    assert not list((tmp_path / "build").glob("layer-????????????????"))


def test_the_requirements_of_the_layer_follow_from_pips_report() -> None:
    report = {
        "install": [reported("msgspec", "1.0", "b" * 64), reported("Jinja2", "3.0", "a" * 64)]
    }
    text = layer_requirements(report, {"msgspec": "1.0", "jinja2": "3.0"})
    assert [line for line in text.splitlines() if not line.startswith("#")] == [
        f"jinja2==3.0 --hash=sha256:{'a' * 64}",
        f"msgspec==1.0 --hash=sha256:{'b' * 64}",
    ]


@pytest.mark.parametrize("pinned", [{}, {"markupsafe": "2.0"}])
def test_a_package_that_the_tests_would_run_at_another_version_is_named(
    pinned: dict[str, str],
) -> None:
    report = {"install": [reported("MarkupSafe", "3.0")]}
    with pytest.raises(LookupError, match=r"requirements\.txt must pin markupsafe==3\.0"):
        layer_requirements(report, pinned)


def test_a_layer_that_is_there_is_not_filled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = layer_folder(requirements_of(SHARED), BUILD)

    def unexpected(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("subprocess.run", unexpected)
    assert layer_folder(requirements_of(SHARED), BUILD) == folder


def test_another_pin_is_another_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []

    def install(requirements: Path, target: Path) -> None:
        installed.append(requirements.read_text())
        target.mkdir(parents=True)

    monkeypatch.setattr("stacks.dependency_layer._install", install)
    requirements = tmp_path / "requirements.txt"
    folders = set()
    for version in ("1.0", "1.1"):
        requirements.write_text(f"msgspec=={version}\n")
        folders.add(layer_folder(requirements, tmp_path / "build"))
    assert installed == ["msgspec==1.0\n", "msgspec==1.1\n"]
    assert len(folders) == 2
    assert sorted(folders) == sorted((tmp_path / "build").iterdir())
