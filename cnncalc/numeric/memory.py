"""How much memory there is, asked before any is taken."""

from __future__ import annotations

import os
from pathlib import Path

from cnncalc.errors import UsageError
from cnncalc.numeric.program import Memory

_MEMINFO = Path("/proc/meminfo")
_CGROUPS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (
        Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
        Path("/sys/fs/cgroup/memory/memory.usage_in_bytes"),
    ),
)


def free_memory() -> int | None:
    """Bytes that this process can still take; None where the system does not tell.

    The least of what the machine has free and of what the process's group may still use.
    """
    known = [size for size in (_machine(), *map(_group, *zip(*_CGROUPS, strict=True))) if size]
    return min(known) if known else None


def _machine() -> int | None:
    try:
        for line in _MEMINFO.read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    try:  # all there is, where nobody says what is free
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None


def _group(limit: Path, usage: Path) -> int | None:
    try:
        return int(limit.read_text("ascii")) - int(usage.read_text("ascii"))
    except (OSError, ValueError):  # there is no such group, or no limit to it
        return None


def check_memory(memory: Memory, limit: int | None = None) -> None:
    """Refuse what does not fit.

    Args:
        memory: What a run will need.
        limit: Bytes that it may take; what is free, if not given.

    Raises:
        UsageError: It needs more.
    """
    most = free_memory() if limit is None else limit
    if most is None or memory.total <= most:
        return
    parts = ", ".join(
        f"{name} {_human(size)}" for name, size in zip(memory._fields, memory, strict=True)
    )
    what = "are free" if limit is None else "are allowed"
    raise UsageError(
        f"running needs {_both(memory.total)}: {parts}; but {_both(most)} {what};"
        " take a smaller batch or input"
    )


def _both(size: int) -> str:
    """An amount to read, and to the byte."""
    return f"{size} bytes" if size < 1024 else f"{_human(size)} ({size} bytes)"


def _human(size: int) -> str:
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1024 or unit == "TiB":
            return f"{size:.3g} {unit}" if size < 1000 else f"{size:.0f} {unit}"
        size /= 1024  # type: ignore[assignment]  # it is for reading only
    raise AssertionError
