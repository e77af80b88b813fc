"""What a window leaves out, drawn with characters: one row of cells, and windows below it."""

from __future__ import annotations

from collections.abc import Iterator

from cnncalc.ir.windows import Window

_MOST_CELLS = 28  # two characters each, so that a picture stays within 80 columns
_MOST_WINDOWS = 3
_MOST_TRIED = 1000
LEGEND = "■ seen  · jumped over  ○ padding  × in no window"


def picture(window: Window) -> Iterator[str]:
    """The lines of a picture; of a long axis only its end, where the misfit is."""
    size, output = window.size or 0, window.output or 0
    cells = range(-window.begin, size + window.end)
    shown = cells[-_MOST_CELLS:]
    cut = len(shown) < len(cells)
    starts = [
        -window.begin + k * window.stride for k in range(max(0, output - _MOST_WINDOWS), output)
    ]
    starts = [start for start in starts if start >= shown[0]] if shown else []
    lead = "… " if cut else ""
    yield lead + " ".join(_mark(cell, window) for cell in shown)
    for start in starts:
        before = " " * (2 * (start - shown[0]) + len(lead))
        yield before + _bracket(window)


def _mark(cell: int, window: Window) -> str:
    """What becomes of one cell."""
    size, output = window.size or 0, window.output or 0
    end = -window.begin + (output - 1) * window.stride + window.effective_kernel
    if cell >= end:
        return "×" if cell < size else "○"
    if cell < 0 or cell >= size:
        return "○"
    return "■" if _is_seen(cell + window.begin, window) else "·"


def _is_seen(place: int, window: Window) -> bool:
    """Whether some window has a tap at a place, counted with the padding."""
    last = min(place // window.stride, (window.output or 0) - 1)
    # what a window's taps leave out, one of the D before it may have
    for steps in range(last, max(-1, last - min(window.dilation, _MOST_TRIED)), -1):
        taps, rest = divmod(place - steps * window.stride, window.dilation)
        if rest == 0 and taps < window.kernel:
            return True
    return False


def _bracket(window: Window) -> str:
    """A window from its first to its last cell; where it has gaps, its cells are marked."""
    reach = window.effective_kernel
    if reach == 1:
        return "│"
    if reach > _MOST_CELLS:
        return "└───"
    inner = ["┴" if window.dilation > 1 and k % window.dilation == 0 else "─" for k in range(reach)]
    return "─".join(["└", *inner[1:-1], "┘"])
