"""`cnncalc zoo`: the networks that come with cnncalc."""

from __future__ import annotations

from typing import Annotated

import typer

from cnncalc.cli.output import is_terminal, write
from cnncalc.cli.running import CLEAN, guarded

Name = Annotated[
    str | None, typer.Argument(metavar="[NAME]", help="The network whose spec is printed.")
]


def zoo(name: Name = None) -> None:
    """List the networks that come with cnncalc, or print one."""
    raise typer.Exit(guarded(lambda: _list() if name is None else _print_spec(name)))


def _list() -> int:
    from cnncalc.report.zoo_list import write_list
    from cnncalc.zoo import entries

    width = None
    if is_terminal():
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    write_list(write, entries(), width)
    return CLEAN


def _print_spec(name: str) -> int:
    from cnncalc.errors import UsageError
    from cnncalc.zoo import find, names

    entry = find(name)
    if entry is None:
        from cnncalc.spec.problems import suggestion

        hint = suggestion(name, names()) or "cnncalc zoo lists the networks"
        raise UsageError(f"the zoo has no network called {name[:40]!r}; {hint}")
    if entry.variant is not None:
        write(f"# {entry.name} is this spec with --variant {entry.variant}\n")
    text = entry.source().text
    write(text if text.endswith("\n") else f"{text}\n")
    return CLEAN
