"""A demo that is interrupted says so in one line and leaves nothing behind."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize("deployed", [False, True], ids=["in synth", "in the execution"])
@pytest.mark.parametrize(
    ("number", "says", "status"),
    [(signal.SIGINT, "interrupted", 130), (signal.SIGTERM, "terminated", 143)],
)
def test_a_signal_ends_the_demo_in_one_line_and_no_file_is_left(
    tmp_path: Path, deployed: bool, number: signal.Signals, says: str, status: int
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    # A session of its own: Ctrl-C goes to all of a terminal's processes, Node.js among them.
    demo = subprocess.Popen(
        [sys.executable, "-u", "-c", START, "demo", "--output", str(tmp_path / "out")],
        cwd=PROJECT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert demo.stdout is not None
    awaited = "Execution" if deployed else "The pipeline"
    while awaited not in demo.stdout.readline():
        assert demo.poll() is None
    os.killpg(demo.pid, number)
    _out, errors = demo.communicate()
    assert (demo.returncode, errors) == (status, f"gt-train demo: {says}\n")
    assert list(temporary.iterdir()) == []


START = """
import signal, sys
# Ignored, and inherited so, where the tests run in the background of a shell.
signal.signal(signal.SIGINT, signal.default_int_handler)
from cli.main import main
sys.exit(main())
"""
