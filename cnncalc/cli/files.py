"""Files that a command writes."""

from __future__ import annotations

import os
from pathlib import Path

from cnncalc.source.writing import write_file


def save(data: bytes, file: str | Path, *, overwrite: bool = True) -> None:
    """Write a file in one step; a device or a pipe, which cannot be replaced, is written to.

    Raises:
        UsageError: It cannot be written, or is there already and must not be overwritten.
    """
    try:
        special = os.path.exists(file) and not os.path.isfile(file) and not os.path.isdir(file)
    except ValueError:  # a path with a zero byte in it, which is refused below
        special = False
    if overwrite and special:  # /dev/null
        Path(file).write_bytes(data)
        return
    write_file(data, file, force=overwrite)
