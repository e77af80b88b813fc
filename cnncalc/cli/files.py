"""Writing files: the whole of one or nothing."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from cnncalc.errors import UsageError


def save(data: bytes, file: str | Path, *, overwrite: bool = True) -> None:
    """Write a file in one step, so that nobody ever sees a part of it.

    A file that is there keeps its mode, and a link to it stays one.

    Raises:
        UsageError: It cannot be written, or is there already and must not be overwritten.
    """
    try:
        if overwrite and os.path.exists(file):
            _refuse_read_only(file)
            if not os.path.isfile(file) and not os.path.isdir(file):  # /dev/null, a pipe
                Path(file).write_bytes(data)
                return
        _replace(data, os.path.realpath(file), overwrite)
    except FileExistsError:
        raise UsageError(f"{file} exists already; --force replaces it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{file} cannot be written: {reason}") from None


def _refuse_read_only(file: str | Path) -> None:
    """To put another file in its place would need no permission to write it."""
    mode = os.stat(file).st_mode
    if not mode & 0o222 or not os.access(file, os.W_OK):
        raise UsageError(f"{file} cannot be written: it is read-only")


def _replace(data: bytes, file: str, overwrite: bool) -> None:
    handle, draft = tempfile.mkstemp(dir=os.path.dirname(file), prefix=".cnncalc-")
    try:
        with open(handle, "wb") as opened:
            opened.write(data)
        os.chmod(draft, _mode(file))
        if overwrite:
            os.replace(draft, file)
        else:
            os.link(draft, file)  # unlike a rename it fails if there is such a file
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def _mode(file: str) -> int:
    if os.path.isfile(file):
        return stat.S_IMODE(os.stat(file).st_mode)
    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return 0o666 & ~mask
