"""How the demo shows the end of an execution that failed."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from cli.presentation import IN_THE_CONSOLE, Presentation
from local.demo.transcript import ExecutionEnded


def shown(cause: str, folder: Path) -> str:
    printed = io.StringIO()
    presentation = Presentation(Console(file=printed, soft_wrap=True))
    end = ExecutionEnded("FAILED", "Validate Manifest", "ManifestRejected", cause, None)
    assert presentation.ended(end, folder) == 1
    return printed.getvalue()


def test_the_cause_of_a_failed_function_is_its_message_and_how_the_console_has_it(
    tmp_path: Path,
) -> None:
    cause = {"errorMessage": "Line 3 [bold] is not JSON.", "stackTrace": ['  File "x.py"']}
    text = shown(json.dumps(cause), tmp_path)
    assert "Line 3 [bold] is not JSON.\n" + IN_THE_CONSOLE in text
    assert "x.py" not in text


@pytest.mark.parametrize("cause", ["The job was stopped.", '{"Error": "States.Timeout"}', ""])
def test_another_cause_is_shown_as_it_is(tmp_path: Path, cause: str) -> None:
    text = shown(cause, tmp_path)
    assert cause in text
    assert IN_THE_CONSOLE not in text
