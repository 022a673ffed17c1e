"""What ends the command early: one line on standard error, a status, no traceback."""

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import NoRegionError

from cli.early_end import Terminated, run_or_say_why
from tests.unit.cli.runs import any_records, write

Capsys = pytest.CaptureFixture[str]
PROJECT = Path(__file__).parents[3]


def raises(error: BaseException) -> Callable[[], int]:
    def run() -> int:
        raise error

    return run


def command(*arguments: object, **environment: str | None) -> "subprocess.Popen[str]":
    changed = {**os.environ, **environment}
    return subprocess.Popen(
        [sys.executable, "-m", "cli.main", *(str(each) for each in arguments)],
        cwd=PROJECT,
        env={name: value for name, value in changed.items() if value is not None},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (OSError(28, "No space left on device"), 2, "No space left on device"),
        (PermissionError(13, "Permission denied", "out"), 2, "out: Permission denied"),
        (TimeoutError("no execution within 30 s"), 2, "no execution within 30 s"),
        (NoRegionError(), 2, "You must specify a region."),
        (RuntimeError("first\nsecond"), 2, r"failed unexpectedly: RuntimeError('first\nsecond')"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (Terminated(), 143, "terminated"),
    ],
)
def test_whatever_ends_a_command_early_is_one_line_and_a_status(
    capsys: Capsys, error: BaseException, status: int, says: str
) -> None:
    assert run_or_say_why("demo", raises(error)) == status
    assert capsys.readouterr() == ("", f"gt-train demo: {says}\n")


def test_a_reason_of_many_pages_is_cut(capsys: Capsys) -> None:
    run_or_say_why("demo", raises(RuntimeError("x" * 10_000)))
    assert len(capsys.readouterr().err) < 600


def test_a_command_that_comes_to_its_end_has_its_own_status(capsys: Capsys) -> None:
    assert run_or_say_why("validate", lambda: 1) == 1
    assert capsys.readouterr() == ("", "")


def test_sigterm_is_raised_where_the_command_stands_and_only_there(capsys: Capsys) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def run() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    assert run_or_say_why("replay", run) == 143
    assert signal.getsignal(signal.SIGTERM) == before


def test_an_aws_profile_that_does_not_exist_is_no_concern_of_a_local_file(tmp_path: Path) -> None:
    manifest = write(tmp_path / "output.manifest", any_records())
    with command("validate", manifest, AWS_PROFILE="no-such-profile") as process:
        _out, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_full_disk_under_standard_output_is_one_line(tmp_path: Path, options: list[str]) -> None:
    manifest = write(tmp_path / "output.manifest", any_records())
    run = [sys.executable, "-m", "cli.main", "validate", str(manifest), *options]
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            run, cwd=PROJECT, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr == "gt-train validate: No space left on device\n"


def test_what_is_still_to_be_written_at_the_end_is_not_lost_in_silence() -> None:
    source = """
        import sys
        from cli.early_end import run_or_say_why
        sys.exit(run_or_say_why("export", lambda: 0 * sys.stdout.write("written")))
    """
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(source)],
            cwd=PROJECT,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (2, "gt-train export: No space left on device\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--output", "/proc/results"), "gt-train demo: /proc/results: No such file or directory"),
        (("--images", "."), "--images and --fill-images need --manifest"),
        (("--manifest", "no-such-file"), "no-such-file cannot be read: No such file or directory"),
    ],
)
def test_a_demo_that_cannot_be_run_says_so_before_it_begins(
    arguments: tuple[str, ...], says: str
) -> None:
    with command("demo", *arguments) as process:
        out, errors = process.communicate()
    assert process.returncode == 2
    assert says in out + errors
    assert "Traceback" not in errors
    assert "Synthesized" not in out


def test_a_replay_without_a_region_is_one_line() -> None:
    nowhere = {"AWS_REGION": None, "AWS_DEFAULT_REGION": None, "AWS_CONFIG_FILE": os.devnull}
    with command("replay", "--stack", "any", **nowhere) as process:
        out, errors = process.communicate()
    assert (process.returncode, out) == (2, "")
    assert errors == "gt-train replay: You must specify a region.\n"
