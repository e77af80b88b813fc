"""Writing files: the whole of one or nothing."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cnncalc.errors import UsageError
from cnncalc.source.printable import printable


@contextmanager
def replacing(path: str | Path, *, force: bool) -> Iterator[BinaryIO]:
    """Open a draft that takes the place of a file when all of it has been written.

    Nobody ever sees a part of the file; one that is there keeps its mode, and a link to it stays
    one. When something goes wrong the draft is removed.

    Args:
        path: The file.
        force: Whether a file that is there may be replaced.

    Raises:
        UsageError: It cannot be written, or is there already and must not be replaced.
    """
    name = printable(str(path))
    try:
        target = os.path.realpath(path)
        if os.path.lexists(target):
            _check_replaceable(target, name, force)
        handle, draft = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".cnncalc-")
    except (OSError, ValueError) as error:
        raise _unwritable(name, error) from None
    try:
        with open(handle, "wb") as file:
            yield file
        os.chmod(draft, _mode(target))
        if force:
            os.replace(draft, target)
        else:
            os.link(draft, target)  # unlike a rename it fails if there is such a file by now
    except FileExistsError:
        raise _exists(name) from None
    except OSError as error:
        raise _unwritable(name, error) from None
    finally:
        if os.path.exists(draft):
            os.unlink(draft)


def write_file(data: bytes, path: str | Path, *, force: bool = False) -> None:
    """Write a file in one step.

    Args:
        data: All that will be in it.
        path: Where it goes.
        force: Whether it may replace a file that is there.

    Raises:
        UsageError: It cannot be written, or is there already and must not be replaced.
    """
    with replacing(path, force=force) as file:
        file.write(data)


def _check_replaceable(target: str, name: str, force: bool) -> None:
    mode = os.stat(target).st_mode
    if not stat.S_ISREG(mode):
        raise UsageError(f"{name} cannot be written: it is no regular file; give another path")
    if not force:
        raise _exists(name)
    # to put another file in its place would need no permission to write it
    if not mode & 0o222 or not os.access(target, os.W_OK):
        raise UsageError(f"{name} cannot be written: it is read-only")


def _exists(name: str) -> UsageError:
    return UsageError(f"{name} exists already; --force (in Python force=True) replaces it")


def _unwritable(name: str, error: OSError | ValueError) -> UsageError:
    return UsageError(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}")


def _mode(file: str) -> int:
    if os.path.isfile(file):
        return stat.S_IMODE(os.stat(file).st_mode)
    mask = os.umask(0)  # the only way to read it is to set it
    os.umask(mask)
    return 0o666 & ~mask
