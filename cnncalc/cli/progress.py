"""A progress bar for a person who waits, and for nobody else."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress_bar(total: int, *, wanted: bool) -> Iterator[Callable[[int], object]]:
    """A bar on standard error, where that is a terminal; it is gone at the end.

    Args:
        total: How much there is to do.
        wanted: Whether there is anything to wait for.

    Yields:
        What is called with how much has been done since the last call.
    """
    if not wanted or not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.advance(task, count)
