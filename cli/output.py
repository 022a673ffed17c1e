"""Writes to standard output for readers who may leave early, such as `head`."""

import io
import os
import sys

from rich.console import Console

INTERRUPTED = 130
"""What shells report of a command that Ctrl-C ended: 128 and SIGINT's number."""


class PatientConsole(Console):
    """A console that no reader can stop: rich's own ends the program once nobody reads it.

    Characters that standard output's encoding lacks are printed as escapes.
    """

    def __init__(self) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        super().__init__(highlight=False)

    def on_broken_pipe(self) -> None:
        """Go on in silence: the exit status stays that of the verdict."""
        self.quiet = True
        _discard_the_rest()


def write_document(document: bytes) -> None:
    """Write a document and a line feed."""
    try:
        sys.stdout.buffer.write(document + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _discard_the_rest()


def _discard_the_rest() -> None:
    # Python flushes standard output once more at its end, and would complain then.
    # https://docs.python.org/3/library/signal.html#note-on-sigpipe
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
