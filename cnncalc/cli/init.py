"""`cnncalc init`: a commented spec to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnncalc.cli.files import save
from cnncalc.cli.output import write, write_error
from cnncalc.cli.running import CLEAN, guarded

File = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="Where to write it; without, it is printed.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if there is one.")]
_STARTER = Path(__file__).with_name("starter.yaml")


def init(file: File = None, force: Force = False) -> None:
    """Print a commented spec to start from, or write it to FILE."""

    def run() -> int:
        text = _STARTER.read_text("utf-8")
        if file is None:
            write(text)
        else:
            save(text.encode(), file, overwrite=force)
            write_error(f"{file} is written; try: cnncalc check {file}")
        return CLEAN

    raise typer.Exit(guarded(run))
