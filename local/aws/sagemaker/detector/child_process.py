"""Gives the detector's work to a child process, whose linear algebra stays on one thread."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from local.aws.sagemaker.recordio import frame, payloads

_ROOT = Path(__file__).resolve().parents[4]
"""The folder that holds ``local``."""
_THREADS = (
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""Read by the libraries when they are loaded, so that only a new process can be given them. With
one thread for each core these small matrices take up to ten times as long on a busy machine, and
the same seed no longer gives the same bytes."""
_LOOK_SECONDS = 0.1
_SHOWN_OF_ERROR = 500


class WorkFailed(RuntimeError):
    """The child process ended without having done its work."""


def work(task: str, records: Iterable[bytes], keep_going: Callable[[], None]) -> list[bytes]:
    """Let the worker do a task; return its answers.

    Args:
        task: one of ``worker.TASKS``.
        records: what it is asked.
        keep_going: called ten times a second; ends the child by raising.

    Raises:
        WorkFailed: the child's last words.
    """
    with tempfile.TemporaryFile() as asked:
        asked.writelines(map(frame, records))
        asked.seek(0)
        with subprocess.Popen(
            [sys.executable, "-m", "local.aws.sagemaker.detector.worker", task],
            stdin=asked,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            env={**os.environ, **dict.fromkeys(_THREADS, "1")},
        ) as child:
            try:
                answers, errors = _communicate(child, keep_going)
            except BaseException:
                child.kill()
                raise
    if child.returncode:
        raise WorkFailed(errors.decode(errors="replace")[-_SHOWN_OF_ERROR:])
    return list(payloads([answers]))


def _communicate(
    child: "subprocess.Popen[bytes]", keep_going: Callable[[], None]
) -> tuple[bytes, bytes]:
    while True:
        try:
            return child.communicate(timeout=_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            keep_going()
