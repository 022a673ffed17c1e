"""A progress bar on standard error, for manifests that take a while and people who watch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TransferSpeedColumn,
)

LONG = 32 << 20
"""Bytes; below, validation is done before anybody has read a progress bar."""


@contextmanager
def reading_progress(size: int | None) -> Iterator[Callable[[int], None] | None]:
    """Show how much of ``size`` bytes (None: unknown) was read; yields what to tell it, if at all.

    Only a terminal gets to see it, and only for LONG files or such of unknown size.
    """
    console = Console(stderr=True)
    if not console.is_terminal or (size is not None and size < LONG):
        yield None
        return
    columns = TextColumn("validating"), BarColumn(), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("validating", total=size)

        def advance(count: int) -> None:
            progress.update(task, advance=count)

        yield advance


@contextmanager
def counting_progress(doing: str, total: int) -> Iterator[Callable[[], None]]:
    """Show how many of ``total`` things are done, on a terminal; yields what to call for each."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task(doing, total=total)
        yield lambda: progress.advance(task)
