"""The page about the exported model: its program runs, and names what the file has."""

import re
from pathlib import Path

import pytest

from cli.detector.exporting import Choices, export
from stacks.synthesis import PROJECT
from tests.unit.detector.mxnet_files import FIXTURES, archive_of

PAGE = (PROJECT / "docs" / "model-at-home.md").read_text()


def test_the_program_for_ones_own_code_prints_the_boxes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = ("disc", "square", "triangle")
    exported = export(archive_of("resnet-50-trained"), Choices(class_names=names))
    (tmp_path / "model.onnx").write_bytes(exported.content)
    (tmp_path / "image.jpg").write_bytes((FIXTURES / "images" / "colour.jpg").read_bytes())
    monkeypatch.chdir(tmp_path)

    exec(program, {})  # noqa: S102 - the page's own

    assert all(line.split()[0] in names for line in capsys.readouterr().out.splitlines())
