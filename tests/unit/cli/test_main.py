"""One command works without the packages of the others."""

import sys
from typing import Any

import pytest

from cli.main import COMMANDS, main

Capsys = pytest.CaptureFixture[str]


def ended(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    return end.value.code


def forget(monkeypatch: pytest.MonkeyPatch, module: str, command: str) -> None:
    """Make a module as good as not installed."""
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"cli.{command}", raising=False)


def test_every_command_is_in_the_overview(capsys: Capsys) -> None:
    assert ended("--help") == 0
    shown = capsys.readouterr().out
    assert [command for command in COMMANDS if f"\n    {command} " in shown] == list(COMMANDS)


def test_a_command_whose_packages_are_missing_says_so(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget(monkeypatch, "cli.dead_letters", "replay")
    assert ended("replay", "--stack", "Mine") == 2
    assert "replay needs cli.dead_letters, which is not installed" in capsys.readouterr().err


def test_the_others_are_not_in_its_way(capsys: Capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    forget(monkeypatch, "cli.dead_letters", "replay")
    assert ended("predict", "--help") == 0
    assert ended("--help") == 0
    assert "needs cli.dead_letters" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("option", [("--images", "folder"), ("--fill-images",)])
def test_images_are_of_no_use_to_a_demo_without_a_manifest(
    capsys: Capsys, option: tuple[str, ...]
) -> None:
    assert main(("demo", *option)) == 2
    assert "need --manifest" in capsys.readouterr().out


def test_an_option_that_a_command_does_not_have_shows_those_that_it_has(capsys: Capsys) -> None:
    assert ended("validate", "output.manifest", "--previews", "3") == 2
    shown = capsys.readouterr().err
    assert "unknown arguments: --previews 3" in shown
    assert "[--preview N" in shown


@pytest.mark.parametrize("arguments", [(), ("none",), ("--none",)])
def test_wrong_usage_is_status_2(capsys: Capsys, arguments: Any) -> None:
    assert ended(*arguments) == 2
    assert "usage: gt-train" in capsys.readouterr().err
