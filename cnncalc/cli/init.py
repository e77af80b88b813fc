"""`cnncalc init`: a commented spec to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cnncalc.cli.output import write, write_error
from cnncalc.cli.running import CLEAN, guarded
from cnncalc.errors import UsageError

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
            _save(text, file, force)
            write_error(f"{file} is written; try: cnncalc check {file}")
        return CLEAN

    raise typer.Exit(guarded(run))


def _save(text: str, file: Path, force: bool) -> None:
    """Write the whole file or nothing; without force never over another one."""
    import os
    import tempfile

    try:
        handle, draft = tempfile.mkstemp(dir=file.parent, prefix=".cnncalc-")
        try:
            with open(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
            os.chmod(draft, 0o666 & ~_umask())
            if force:
                os.replace(draft, file)
            else:
                os.link(draft, file)  # unlike a rename it fails if there is such a file
        finally:
            if os.path.exists(draft):
                os.unlink(draft)
    except FileExistsError:
        raise UsageError(f"{file} exists already; --force replaces it") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}") from None


def _umask() -> int:
    import os

    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return mask
