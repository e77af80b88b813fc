"""The command line: each command parses its options, calls the API, prints and sets the exit code.

A cold start is part of the interface. This module imports nothing that takes time, only the module
of the command that is run is imported, and that imports what it needs when it runs.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

    from cnncalc.cli.request import Request

COMMANDS = (
    "check",
    "summary",
    "count",
    "explain",
    "solve",
    "sizes",
    "run",
    "verify",
    "shift",
    "diff",
    "compare",
    "draw",
    "report",
    "import",
    "export",
    "rule",
    "expand",
    "zoo",
    "init",
    "schema",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code: 0 clean, 1 findings, 2 unusable.

    Args:
        arguments: The words after `cnncalc`; those of the process when left out.
    """
    from cnncalc.cli.running import guarded

    if arguments is not None:
        return guarded(lambda: _run(list(arguments)))
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller: nobody wants to read it
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    gc.disable()  # a process that ends in a moment need not tidy up,
    # and need not look through all installed packages for plugins of pydantic
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        return guarded(lambda: _run(sys.argv[1:]))
    finally:
        gc.freeze()  # else the interpreter collects once more as it ends, which takes 25 ms


def _run(arguments: list[str]) -> int:
    plain = _without_options(arguments)
    if plain is not None:
        from cnncalc.cli.reporting import report

        return report(plain)
    try:
        app(arguments)(args=arguments, prog_name="cnncalc")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _without_options(arguments: list[str]) -> Request | None:
    """What `check NETWORK…` asks for if it has no options: no need to import an option parser."""
    command, networks = arguments[:1], arguments[1:]
    if command not in (["check"], ["summary"]) or not networks:
        return None
    if any(word.startswith("-") and word != "-" for word in networks):
        return None
    from cnncalc.cli.request import Checking, Request

    return Request(networks, checking=Checking() if command == ["check"] else None)


def app(arguments: Sequence[str] = ()) -> typer.Typer:
    """The application, with the command that the arguments begin with or else with all of them."""
    import typer

    from cnncalc.cli.options import common
    from cnncalc.cli.output import is_terminal

    helps = not arguments or "--help" in arguments
    application = typer.Typer(
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich" if helps and is_terminal() else None,  # rich takes time to import
    )
    application.callback()(common)
    named = [name for name in COMMANDS if name in arguments[:1]]
    for name in named or COMMANDS:
        word = f"{name}_" if iskeyword(name) else name
        module = import_module(f"cnncalc.cli.{word}")
        context = getattr(module, "CONTEXT", None)
        application.command(name, context_settings=context)(getattr(module, word))
    return application
