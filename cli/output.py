"""Writes to standard output for readers who may leave early, such as ``head``."""

import io
import sys

from rich.console import Console

from cli.early_end import discard_standard_output


class PatientConsole(Console):
    """A console that no reader can stop: rich's own ends the program once nobody reads it.

    Characters that standard output's encoding lacks are printed as escapes.
    """

    def __init__(self, *, markup: bool = True, soft_wrap: bool = False) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        super().__init__(highlight=False, markup=markup, soft_wrap=soft_wrap)

    def on_broken_pipe(self) -> None:
        """Go on in silence: the exit status stays that of the verdict."""
        self.quiet = True
        discard_standard_output()


def write_document(document: bytes) -> None:
    """Write a document and a line feed."""
    try:
        sys.stdout.buffer.write(document + b"\n")
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        discard_standard_output()
