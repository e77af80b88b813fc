"""What makes a size unfit: faults of the shapes, and windows that leave cells out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from cnncalc.analysis.weights import weights
from cnncalc.ir.faults import EmptyOutput, Fault, MergeMismatch
from cnncalc.ir.graph import Lowered
from cnncalc.ir.shapes import Shape, axis_name
from cnncalc.ir.windows import Window, loses
from cnncalc.teaching.stages import stages

Trouble: TypeAlias = tuple[str, int, str]  # what is wrong, along which axis or -1, in words


def troubles(
    lowered: Lowered, slid: Sequence[tuple[Window, ...]], *, strict: bool
) -> list[Trouble]:
    """What is wrong with a layer: its faults, and its windows that leave cells out.

    Args:
        lowered: The layer.
        slid: Its windows, what a pad layer added before it being part of their padding.
        strict: Whether cells of the padding must not be left out, either.
    """
    found = [trouble for fault in lowered.faults for trouble in _of_fault(fault)]
    for windows in slid:
        rank = len(windows)
        for axis, window in enumerate(windows):
            if loses(window) or (strict and _leaves(window)):
                found.append(("window", axis, _left(window, axis_name(rank, axis))))
    return found


def _leaves(window: Window) -> bool:
    """Whether cells are left over, of the padding too, that no gap would have jumped over."""
    return (window.remainder or 0) > max(0, window.stride - window.effective_kernel)


def _left(window: Window, axis: str) -> str:
    lost, left = window.real_cells_lost or 0, window.remainder or 0
    sum_ = f"{window.size} + {window.begin + window.end} - {window.effective_kernel}"
    what = f"{lost} of the input" if lost else f"{left} of the padding"
    return f"{axis} ({sum_}) mod {window.stride} = {left}: {what} in no window"


def _of_fault(fault: Fault) -> list[Trouble]:
    match fault:
        case EmptyOutput(axis=axis, rank=rank, size=size, window=window):
            arriving = "" if window is None else f", from {window.size}"
            name = axis_name(rank, axis)
            return [("empty", axis, f"the {name} would be {size}{arriving}")]
        case MergeMismatch(kind=kind, shapes=shapes, axes=axes):
            rank = len(shapes[0]) - 1
            return [
                ("merge", axis, f"{kind} of sizes {_column(shapes, axis)}, {_axis(rank, axis)}")
                for axis in axes
            ] or [("merge", -1, f"{kind} of maps with different numbers of axes")]
        case _:
            return [(type(fault).__name__, -1, f"does not suit what arrives ({fault.code})")]


def _column(shapes: Sequence[Shape], axis: int) -> str:
    return " and ".join("?" if shape[axis] is None else str(shape[axis]) for shape in shapes)


def _axis(rank: int, axis: int) -> str:
    return axis_name(rank, axis) if axis < rank else "channels"


def shared(owner: Lowered | None, lowered: Lowered) -> list[Trouble]:
    """A layer that uses another's weights, which do not suit what arrives."""
    if owner is None:
        return []
    for have, need in zip(_arrays(owner), _arrays(lowered), strict=False):
        if have != need:
            return [("share", -1, f"needs weights of {need}, but shares those of {have}")]
    return []


def _arrays(lowered: Lowered) -> list[tuple[int, ...]]:
    found = []
    for stage in stages(lowered):
        arrays = weights(stage.primitive, stage.inputs[0] if stage.inputs else ())
        if arrays is None:
            return []
        found += [array.shape for array in arrays]
    return found
