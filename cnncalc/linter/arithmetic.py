"""Window arithmetic in words, as on a blackboard."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cnncalc.ir.shapes import axis_name
from cnncalc.ir.windows import Window


def equation(window: Window) -> str:
    """The output size with the numbers put in: `(7 - 3 + 2·0)/3 + 1 = 2.33`."""
    kernel = str(window.kernel)
    if window.dilation > 1:
        kernel = f"({window.dilation}·({window.kernel} - 1) + 1)"
    if window.begin == window.end:
        padding = f"2·{window.begin}"
    else:
        padding = f"{window.begin} + {window.end}"
    assert window.size is not None
    span = window.size + window.begin + window.end - window.effective_kernel
    steps, remainder = divmod(span, window.stride)
    value = f"{span / window.stride + 1:.2f}" if remainder else str(steps + 1)
    return f"({window.size} - {kernel} + {padding})/{window.stride} + 1 = {value}"


def decimal(value: Fraction) -> str:
    """A fraction with two decimals, or none when it is whole."""
    return str(value) if value.denominator == 1 else f"{float(value):.2f}"


def axes_in_words(axes: list[int], rank: int) -> str:
    """`height and width`, or the one that it is."""
    return " and ".join(axis_name(rank, axis) for axis in axes)


def lines_in_words(counts: Sequence[int]) -> str:
    """Cells at the end of each axis: `row and column`, `2 rows`, `3 cells`; 0 is left out."""
    names = {1: ("cell",), 2: ("row", "column"), 3: ("slice", "row", "column")}[len(counts)]
    known = [(count, name) for count, name in zip(counts, names, strict=True) if count]
    if len({count for count, _ in known}) == 1 and len(known) > 1:
        count = known[0][0]
        words = [name if count == 1 else f"{name}s" for _, name in known]
        return ("" if count == 1 else f"{count} ") + " and ".join(words)
    return " and ".join(name if count == 1 else f"{count} {name}s" for count, name in known)


def by_window(windows: tuple[Window, ...]) -> list[tuple[Window, list[int]]]:
    """The windows that differ, each with the axes along which it slides."""
    groups: list[tuple[Window, list[int]]] = []
    for axis, window in enumerate(windows):
        for known, axes in groups:
            if known == window:
                axes.append(axis)
                break
        else:
            groups.append((window, [axis]))
    return groups


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def either(options: Sequence[str]) -> str:
    """`a, b or c`."""
    if len(options) < 2:
        return "".join(options)
    return f"{', '.join(options[:-1])} or {options[-1]}"
