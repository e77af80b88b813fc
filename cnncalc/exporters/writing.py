"""Writing files: the whole of one or nothing."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from cnncalc.errors import UsageError
from cnncalc.source.printable import printable


def write_file(data: bytes, path: str | Path, *, force: bool = False) -> None:
    """Write a file in one step, so that nobody ever sees a part of it.

    A file that is replaced keeps its mode, and a link to it stays one.

    Args:
        data: All that will be in it.
        path: Where it goes.
        force: Whether it may replace a file that is there.

    Raises:
        UsageError: It cannot be written, or is there already and must not be replaced.
    """
    shown = printable(str(path))
    try:
        if force and os.path.exists(path) and not os.access(path, os.W_OK):
            raise UsageError(f"{shown} cannot be written: it is read-only")
        _put(data, os.path.realpath(path), force=force)
    except FileExistsError:
        raise UsageError(f"{shown} exists already; force replaces it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{shown} cannot be written: {reason}") from None


def _put(data: bytes, path: str, *, force: bool) -> None:
    handle, draft = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".cnncalc-")
    try:
        with open(handle, "wb") as opened:
            opened.write(data)
        os.chmod(draft, _mode(path))
        if force:
            os.replace(draft, path)
        else:
            os.link(draft, path)  # unlike a rename it fails if there is such a file
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def _mode(path: str) -> int:
    if os.path.isfile(path):
        return stat.S_IMODE(os.stat(path).st_mode)
    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return 0o666 & ~mask
