"""The equations of one sliding window: its size with gaps, the output size, the misfit."""

from __future__ import annotations

from fractions import Fraction

from cnncalc.ir.windows import Window, loses
from cnncalc.teaching.formula import (
    Constant,
    Formula,
    Largest,
    Quotient,
    Remainder,
    Symbol,
    product,
    total,
    value,
)
from cnncalc.teaching.worked import LeftOut, Line


def effective_symbol(window: Window) -> Symbol:
    """F, or F_eff where there are gaps in the window."""
    if window.dilation > 1:
        return Symbol("F_eff", window.effective_kernel)
    return Symbol("F", window.kernel)


def effective_lines(window: Window, label: str) -> list[Line]:
    """`F_eff = D·(F - 1) + 1`, where there are gaps."""
    if window.dilation == 1:
        return []
    formula = product(Symbol("D", window.dilation), Symbol("F", window.kernel) - 1) + 1
    return [Line(label, "F_eff", formula)]


def span(window: Window) -> Formula:
    """What the window can move by: `W - F + 2·P`."""
    room = Symbol("W", window.size or 0) - effective_symbol(window)
    if window.begin == window.end:
        return total(room, product(Constant(2), Symbol("P", window.begin)))
    return total(room, Symbol("P_begin", window.begin), Symbol("P_end", window.end))


def output_lines(window: Window, label: str, axes: tuple[int, ...], *, same: bool) -> list[Line]:
    """The output size; with `same` also the padding that gives it."""
    if window.size is None:
        return []
    lines = []
    if same and window.kernel * window.stride > 1:
        lines += _same_lines(window, label)
    stride = Symbol("S", window.stride)
    note = ""
    if window.ceil:
        formula: Formula = Quotient(span(window), stride, "ceil") + 1
        if value(formula) != window.output:
            formula = formula - 1
            note = "one less, as the last window would start in the padding"
    else:
        formula = span(window) // stride + 1
        exact = value(Quotient(span(window), stride) + 1)
        if window.output is not None and window.output < 1:
            note = "the window does not fit even once"
        elif isinstance(exact, Fraction):
            note = f"exactly {exact}: it does not fit"
    return [*lines, Line(label, "O", formula, note, axes)]


def _same_lines(window: Window, label: str) -> list[Line]:
    """TensorFlow's SAME: so much padding that `O = ⌈W/S⌉`."""
    size, stride = Symbol("W", window.size or 0), Symbol("S", window.stride)
    output = Quotient(size, stride, "ceil")
    steps = product(Symbol("O", int(value(output))) - 1, stride)
    needed = total(steps, effective_symbol(window)) - size
    note = f"{window.begin} before and {window.end} after"
    return [
        Line(label, "O", output, "what same is to give"),
        Line(label, "P_total", Largest(needed, Constant(0)), note),
    ]


def misfit_line(window: Window, label: str) -> Line:
    """`r = (W - F + 2·P) mod S`, with what it means."""
    return Line(label, "r", Remainder(span(window), Symbol("S", window.stride)), _meaning(window))


def _meaning(window: Window) -> str:
    if not window.remainder:
        return "it fits"
    lost = window.real_cells_lost or 0
    padding = window.remainder - lost
    if lost and not loses(window):
        return "no more than the stride jumps over between two windows"
    if not lost:
        return "padding only: no cell of the input is lost"
    real = (
        f"the last {lost} cells of the input are" if lost > 1 else "the last cell of the input is"
    )
    return f"{real} in no window" + (f", nor are {padding} of the padding" if padding else "")


def left_out(window: Window, axes: str) -> LeftOut | None:
    """The picture of a window that does not fit; None where it does."""
    return LeftOut(axes, window) if window.remainder and window.size is not None else None


def gap_note(window: Window) -> str | None:
    """What a stride that is larger than the window jumps over."""
    gap = window.stride - window.effective_kernel
    if gap <= 0 or (window.output or 0) < 2:
        return None
    cells = "1 cell" if gap == 1 else f"{gap} cells"
    return f"the stride is larger than the window: {cells} between two windows are jumped over"
