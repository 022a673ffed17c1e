"""How a subcommand ends that cannot go on: one line on standard error, and a status."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from lambdas.pages.visible import visible

NOT_JUDGED = 2
"""Something could not be used: no verdict, and nothing was refused."""

INTERRUPTED = 128 + signal.SIGINT
TERMINATED = 128 + signal.SIGTERM
"""What shells report of a command that a signal ended."""

LONGEST_REASON = 500
"""Characters; a child process may have put its whole output into an error's text."""


class Terminated(BaseException):
    """SIGTERM came, raised where the program stood so that it puts its things away."""


def run_or_say_why(command: str, run: Callable[[], int]) -> int:
    """Return the status of ``run``; whatever ends it early becomes one line, never a traceback.

    In Python's development mode (``python -X dev``) an error that is not understood is raised.
    """
    try:
        with _termination_raised():
            status = run()
            sys.stdout.flush()
            return status
    except KeyboardInterrupt:
        return _say(command, "interrupted", INTERRUPTED)
    except Terminated:
        return _say(command, "terminated", TERMINATED)
    except Exception as error:
        reason = _reason(error)
        if reason is None and sys.flags.dev_mode:
            raise
        return _say(command, reason or f"failed unexpectedly: {error!r}", NOT_JUDGED)


def discard_standard_output() -> None:
    """Let what is still to be written to standard output vanish.

    Python flushes it once more at its end, and would complain then
    (https://docs.python.org/3/library/signal.html#note-on-sigpipe).
    """
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())


def _reason(error: Exception) -> str | None:
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{error.strerror or error}"
    if type(error).__module__.partition(".")[0] == "botocore":  # a slow import, and seldom needed
        return str(error)
    return None


def _say(command: str, reason: str, status: int) -> int:
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        discard_standard_output()
    line = visible(" ".join(reason.split()))[:LONGEST_REASON]
    sys.stderr.write(f"gt-train {command}: {line}\n")
    # Exit handlers may find that Ctrl-C has ended the CDK's Node.js, and complain.
    sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for good
    return status


@contextmanager
def _termination_raised() -> Iterator[None]:
    def terminate(_number: int, _frame: FrameType | None) -> NoReturn:
        raise Terminated

    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
