"""Opening files from strangers."""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnncalc.errors import UsageError
from cnncalc.source.printable import printable

_REASONS = {
    FileNotFoundError: "there is no such file; check the path",
    IsADirectoryError: "this is a directory; give the path of a file",
    PermissionError: "no permission to read this file; change its mode or its owner",
}


@contextmanager
def reading(path: str | Path) -> Iterator[io.FileIO]:
    """Open a regular file for as long as it is read, with an error that says what failed.

    Raises:
        UsageError: It cannot be opened, or what is in it cannot be read.
    """
    with open_regular(path) as file:
        try:
            yield file
        except OSError as error:
            reason = error.strerror or error
            raise UsageError(f"{printable(str(path))} cannot be read ({reason})") from None


def open_regular(path: str | Path) -> io.FileIO:
    """Open a regular file for reading; a pipe or a device, which may never end, is refused.

    Raises:
        UsageError: There is none, or it cannot be opened.
    """
    name = printable(str(path))
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISREG(mode):
            return io.FileIO(path)
        reason = _REASONS[IsADirectoryError] if stat.S_ISDIR(mode) else "this is no regular file"
    except OSError as error:
        reason = _REASONS.get(type(error)) or f"cannot be read ({error.strerror or error})"
    except ValueError:
        reason = "this is not a possible path; check it"
    raise UsageError(f"{name}: {reason}")
